package io.tidemark.timeline.window;

import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;

/** Something missing in a replica set's archive: {@code (after, through]} is not there. */
public record Hole(ReplicaSet replicaSet, Kind kind, Gap gap) implements Comparable<Hole> {
    /** Why it is missing. */
    public enum Kind {
        /** Entries were lost to us. */
        GAP("gap"),
        /** The replica set was created anew: its oplog does not continue the old one. */
        INCARNATION("incarnationChange"),
        /** Written before capture began. */
        BEFORE_CAPTURE("noBase");

        private final String code;

        Kind(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }

        /** The kind of a code; a plain gap where this version doesn't know it. */
        public static Kind of(String code) {
            for (Kind kind : values()) {
                if (kind.code.equals(code)) {
                    return kind;
                }
            }
            return GAP;
        }
    }

    @Override
    public int compareTo(Hole other) {
        int byTime = gap.after().compareTo(other.gap.after());
        int bySet = byTime != 0 ? byTime : replicaSet.compareTo(other.replicaSet);
        int byEnd = bySet != 0 ? bySet : gap.through().compareTo(other.gap.through());
        return byEnd != 0 ? byEnd : kind.compareTo(other.kind);
    }

    String words() {
        String run = "(" + gap.after() + ", " + gap.through() + "] of " + replicaSet + "'s oplog";
        return switch (kind) {
            case GAP -> run + " is missing (" + gap.reason() + ")";
            case INCARNATION ->
                    replicaSet
                            + " was created anew between "
                            + gap.after()
                            + " and "
                            + gap.through()
                            + " ("
                            + gap.reason()
                            + ")";
            case BEFORE_CAPTURE ->
                    "what "
                            + replicaSet
                            + " wrote up to "
                            + gap.through()
                            + ", before its capture began, is in no base snapshot";
        };
    }
}
