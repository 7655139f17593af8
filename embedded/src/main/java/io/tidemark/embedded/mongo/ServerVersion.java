package io.tidemark.embedded.mongo;

/**
 * The server release a simulated replica set speaks as. It decides the wire version it announces
 * and the format of its oplog entries (field order, update format, vectored inserts).
 */
public enum ServerVersion {
    V4_4("4.4.29", 9),
    V5_0("5.0.31", 13),
    V6_0("6.0.20", 17),
    V7_0("7.0.16", 21),
    V8_0("8.0.10", 25);

    private final String release;
    private final int maxWireVersion;

    ServerVersion(String release, int maxWireVersion) {
        this.release = release;
        this.maxWireVersion = maxWireVersion;
    }

    /** Full release number as {@code buildInfo} gives it, such as {@code 5.0.31}. */
    public String release() {
        return release;
    }

    /** Feature compatibility version, such as {@code 5.0}. */
    public String featureCompatibilityVersion() {
        return release.substring(0, release.indexOf('.', release.indexOf('.') + 1));
    }

    public int maxWireVersion() {
        return maxWireVersion;
    }

    public boolean atLeast(ServerVersion other) {
        return compareTo(other) >= 0;
    }

    /** Whether updates are logged as {@code $v:2} deltas; before 5.0 as {@code $v:1} modifiers. */
    public boolean logsDeltas() {
        return atLeast(V5_0);
    }
}
