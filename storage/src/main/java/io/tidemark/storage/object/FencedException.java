package io.tidemark.storage.object;

/**
 * The key to be created holds other bytes: another writer was here first. Whoever gets this has
 * lost and must stop writing; what it holds in memory is worthless.
 */
public final class FencedException extends StorageException {
    private static final long serialVersionUID = 1L;
    private final String key;

    private FencedException(String key, String message) {
        super(message, null);
        this.key = key;
    }

    /** The key holds other bytes than were to be put. */
    public static FencedException otherContent(String key, String store) {
        return new FencedException(
                key,
                "Object "
                        + key
                        + " in "
                        + store
                        + " already exists with other content: another process writes to the same"
                        + " place, or wrote there earlier with other encryption keys or out of"
                        + " another backup. Nothing was overwritten. Find the other process and"
                        + " stop one of the two before you start this one again; if there is none,"
                        + " use the keys and files of the first time, or another cluster name.");
    }

    /**
     * Another writer has gone on from the point at which this one stands.
     *
     * @param key what this one was about to put
     * @param newer what the other one put
     */
    public static FencedException overtaken(String key, String newer, String store) {
        return new FencedException(
                key,
                "Object "
                        + newer
                        + " in "
                        + store
                        + " goes beyond the point from which this process was about to write "
                        + key
                        + ": another process writes to the same place. Nothing was written. If"
                        + " the other process is meant to run, start this one again: it goes on"
                        + " where the bucket ends.");
    }

    public String key() {
        return key;
    }
}
