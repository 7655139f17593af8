package io.tidemark.schemas.model;

/**
 * The cluster times {@code [earliest, latest]} to which the whole cluster can be restored; both
 * ends belong to it.
 */
public record RestoreWindow(ClusterTime earliest, ClusterTime latest) {
    public RestoreWindow {
        if (latest.isBefore(earliest)) {
            throw new IllegalArgumentException(
                    "window [" + earliest + ", " + latest + "] is empty");
        }
    }

    public boolean contains(ClusterTime time) {
        return !time.isBefore(earliest) && !time.isAfter(latest);
    }
}
