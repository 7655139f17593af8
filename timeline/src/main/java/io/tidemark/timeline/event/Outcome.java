package io.tidemark.timeline.event;

/** How an operation ended, as far as the captured entries tell. */
public enum Outcome {
    /** Not ended at the watermark. */
    OPEN,
    /** It took effect. */
    COMPLETED,
    /** It ended without effect. */
    ABORTED,
    /** Its end was never written, or nothing shows whether it had an effect. */
    UNKNOWN
}
