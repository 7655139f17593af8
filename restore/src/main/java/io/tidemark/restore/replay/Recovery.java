package io.tidemark.restore.replay;

/**
 * How replay can go on where it is cut off: the log that it writes, and what it is told of an
 * earlier run.
 */
final class Recovery {
    private final WriteLog log;
    private EarlierWrites earlier = new EarlierWrites();
    private volatile boolean repeats;

    Recovery(WriteLog log) {
        this.log = log;
    }

    WriteLog log() {
        return log;
    }

    EarlierWrites earlier() {
        return earlier;
    }

    /** True while replay repeats what an earlier run may have done. */
    boolean repeats() {
        return repeats;
    }

    /** Before the first operation. */
    void repeat(EarlierWrites writes) {
        earlier = writes;
        repeats = true;
    }

    /** All that an earlier run can have done has been repeated. */
    void ended() {
        repeats = false;
        earlier.ended();
    }
}
