package io.tidemark.capture.tail;

import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the member to go on with. One that continues is taken at once; else all are asked, since an
 * initial sync gives a member a younger oplog than the others', and a gap can't be healed once it
 * is recorded.
 */
final class Resumption {
    private final ReplicaSet replicaSet;
    private final OplogSource source;
    private final Duration firstEntryWait;

    Resumption(ReplicaSet replicaSet, OplogSource source, Duration firstEntryWait) {
        this.replicaSet = replicaSet;
        this.source = source;
        this.firstEntryWait = firstEntryWait;
    }

    /**
     * @param patienceIsOver true if members that can't be asked shall not be waited for any longer
     * @throws DivergedHistoryException if members hold another history, and none the captured one
     */
    ResumeOutcome attempt(ResumePoint point, boolean patienceIsOver) {
        OplogMembers members = source.members();
        Map<OplogMember, MemberVerdict> verdicts = new LinkedHashMap<>();
        for (OplogMember member : members.readable()) {
            Attempt attempt = ask(member, point);
            if (attempt.continued().isPresent()) {
                return attempt.continued().get();
            }
            verdicts.put(member, attempt.verdict());
        }
        return decide(point, members, verdicts, patienceIsOver);
    }

    /** The member that reaches back furthest: where the record of a replica set begins. */
    ResumeOutcome.Missing oldest() {
        OplogMembers members = source.members();
        Map<OplogMember, MemberVerdict> verdicts = new LinkedHashMap<>();
        for (OplogMember member : members.readable()) {
            verdicts.put(member, windowOf(member));
        }
        return furthestBack(verdicts)
                .orElseThrow(
                        () ->
                                new SourceUnavailableException(
                                        "No member of replica set "
                                                + replicaSet
                                                + " can be read: "
                                                + describe(members, verdicts)));
    }

    private MemberVerdict windowOf(OplogMember member) {
        try {
            return new MemberVerdict.RolledOver(source.window(member));
        } catch (SourceUnavailableException e) {
            return new MemberVerdict.Unreachable(e.getMessage());
        }
    }

    private record Attempt(MemberVerdict verdict, Optional<ResumeOutcome.Continued> continued) {
        static Attempt failed(MemberVerdict verdict) {
            return new Attempt(verdict, Optional.empty());
        }
    }

    private Attempt ask(OplogMember member, ResumePoint point) {
        try {
            return read(member, point);
        } catch (OplogLostException e) {
            return Attempt.failed(windowOf(member));
        } catch (SourceUnavailableException e) {
            return Attempt.failed(new MemberVerdict.Unreachable(e.getMessage()));
        }
    }

    private Attempt read(OplogMember member, ResumePoint point) {
        OplogCursor cursor = source.open(member, start(point));
        boolean kept = false;
        try {
            List<OplogEntry> first = cursor.next(firstEntryWait);
            MemberVerdict verdict = judge(member, point, first);
            if (verdict instanceof MemberVerdict.Continues) {
                kept = true;
                return new Attempt(
                        verdict, Optional.of(new ResumeOutcome.Continued(member, cursor, first)));
            }
            return Attempt.failed(verdict);
        } finally {
            if (!kept) {
                cursor.close();
            }
        }
    }

    private MemberVerdict judge(OplogMember member, ResumePoint point, List<OplogEntry> first) {
        if (first.isEmpty()) {
            return new MemberVerdict.Behind();
        }
        return Continuity.isOverlap(point, first.get(0).optime())
                ? new MemberVerdict.Continues()
                : Continuity.judge(point, first.get(0).optime(), source.window(member));
    }

    private static ClusterTime start(ResumePoint point) {
        if (point instanceof ResumePoint.AfterEntry after) {
            return after.last().clusterTime();
        }
        return ((ResumePoint.AfterHole) point).next();
    }

    private ResumeOutcome decide(
            ResumePoint point,
            OplogMembers members,
            Map<OplogMember, MemberVerdict> verdicts,
            boolean patienceIsOver) {
        Optional<String> evidence = divergence(verdicts);
        if (evidence.isPresent()) {
            throw diverged(point, evidence.get());
        }
        boolean allRolledOver =
                verdicts.values().stream().allMatch(v -> v instanceof MemberVerdict.RolledOver);
        boolean allAsked = members.others().isEmpty() && allRolledOver;
        Optional<ResumeOutcome.Missing> furthest = furthestBack(verdicts);
        boolean someMayCome =
                verdicts.values().stream().anyMatch(v -> v instanceof MemberVerdict.Behind);
        if (furthest.isPresent() && (allAsked || (patienceIsOver && !someMayCome))) {
            return furthest.get();
        }
        return new ResumeOutcome.Waiting(describe(members, verdicts));
    }

    private static Optional<ResumeOutcome.Missing> furthestBack(
            Map<OplogMember, MemberVerdict> verdicts) {
        ResumeOutcome.Missing best = null;
        for (Map.Entry<OplogMember, MemberVerdict> entry : verdicts.entrySet()) {
            if (entry.getValue() instanceof MemberVerdict.RolledOver rolled
                    && (best == null
                            || rolled.window().oldest().compareTo(best.window().oldest()) < 0)) {
                best = new ResumeOutcome.Missing(entry.getKey(), rolled.window());
            }
        }
        return Optional.ofNullable(best);
    }

    private static Optional<String> divergence(Map<OplogMember, MemberVerdict> verdicts) {
        return verdicts.entrySet().stream()
                .filter(e -> e.getValue() instanceof MemberVerdict.Diverged)
                .map(e -> e.getKey() + ": " + ((MemberVerdict.Diverged) e.getValue()).evidence())
                .findFirst();
    }

    private DivergedHistoryException diverged(ResumePoint point, String evidence) {
        return new DivergedHistoryException(
                "Replica set "
                        + replicaSet
                        + " no longer has the history that was captured up to "
                        + describe(point)
                        + ". Member "
                        + evidence
                        + ". Entries that the backup holds were undone on the source (data files"
                        + " restored, or a rollback of what a majority had acknowledged), so going"
                        + " on would mix two histories. Capture of this replica set stops. Find out"
                        + " what happened to the members; if the new history is to be kept, record"
                        + " it under a new topic (rename or delete the oplog topic of this replica"
                        + " set) and take a new base snapshot.");
    }

    private static String describe(ResumePoint point) {
        return point instanceof ResumePoint.AfterEntry after
                ? after.last().toString()
                : ((ResumePoint.AfterHole) point).through().toString();
    }

    private static String describe(OplogMembers members, Map<OplogMember, MemberVerdict> verdicts) {
        String asked =
                verdicts.entrySet().stream()
                        .map(e -> e.getKey() + ": " + word(e.getValue()))
                        .collect(Collectors.joining("; "));
        String others =
                members.others().entrySet().stream()
                        .map(e -> e.getKey() + ": " + e.getValue())
                        .sorted()
                        .collect(Collectors.joining("; "));
        return asked.isEmpty() ? others : others.isEmpty() ? asked : asked + "; " + others;
    }

    private static String word(MemberVerdict verdict) {
        if (verdict instanceof MemberVerdict.RolledOver rolled) {
            return "begins only at " + rolled.window().oldest();
        }
        if (verdict instanceof MemberVerdict.Unreachable unreachable) {
            return unreachable.why();
        }
        return verdict instanceof MemberVerdict.Behind ? "lags behind" : "continues";
    }
}
