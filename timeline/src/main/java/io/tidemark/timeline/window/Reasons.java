package io.tidemark.timeline.window;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.TopologyEvent;

/** Why an event makes times unsafe, in one sentence for the operator. */
final class Reasons {
    private Reasons() {}

    static String of(TopologyEvent event) {
        String end =
                event.through()
                        .map(time -> " to " + time)
                        .orElse(" and has not ended in what is captured");
        String since =
                event.span().startSeen()
                        ? event.from().toString()
                        : event.from() + " at the latest (its start was not captured)";
        if (event.kind() == EventKind.PREPARED_TRANSACTION) {
            return "a transaction prepared at "
                    + event.from()
                    + on(event)
                    + " has no outcome in what is archived: it may be in or out";
        }
        return subject(event)
                + on(event)
                + " was under way from "
                + since
                + end
                + "; "
                + danger(event.kind());
    }

    private static String subject(TopologyEvent event) {
        String name =
                event.kind() == EventKind.UNKNOWN
                        ? "an operation unknown to this version, '" + event.what() + "',"
                        : event.kind().code();
        return event.ns().isEmpty() ? name : name + " of " + event.ns();
    }

    private static String on(TopologyEvent event) {
        return event.shards().isEmpty() ? "" : " on " + String.join(", ", event.shards());
    }

    private static String danger(EventKind kind) {
        return switch (kind) {
            case MOVE_CHUNK -> "under policy strict no time inside a migration is used";
            case MOVE_PRIMARY -> "collections may be on both shards or on the wrong one";
            case ADD_SHARD, REMOVE_SHARD -> "the cluster's members change";
            case SET_FCV -> "members may disagree on the version";
            case INDEX_BUILD, DROP_INDEXES -> "shards may disagree on the collection's indexes";
            case RESHARD_COLLECTION, UNSHARD_COLLECTION, MOVE_COLLECTION ->
                    "the collection may be half changed over";
            default -> "shards and config servers may disagree on it";
        };
    }
}
