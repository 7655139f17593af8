package io.tidemark.capture.mongo;

/**
 * How much one request asks for.
 *
 * @param batchBytes about how many bytes of entries one reply shall hold; the server's own limit is
 *     16 MiB, which one big entry can fill. A reply is walked several times on its way: one that
 *     the processor's cache holds costs less than a larger one, and with reading ahead the round
 *     trips don't show
 */
public record CursorSettings(int batchBytes) {
    public static final CursorSettings DEFAULTS = new CursorSettings(1024 * 1024);

    public CursorSettings {
        if (batchBytes < 64 * 1024 || batchBytes > 16 * 1024 * 1024) {
            throw new IllegalArgumentException(
                    "batchBytes must lie in 64 KiB to 16 MiB but is " + batchBytes);
        }
    }
}
