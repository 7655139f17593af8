package io.tidemark.timeline.answer;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.watermark.Members;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.wire.WindowsContent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How far each replica set of the cluster is known, and what of it is missing.
 *
 * @param now the answerer's clock, to which {@code …LagSeconds} refer
 * @param shards the config servers ({@code config}) first, then the shards in the order in which
 *     they joined; past ones too
 */
public record ShardsAnswer(String now, Mark captured, Mark archived, List<Shard> shards)
        implements Answer {

    /**
     * A watermark.
     *
     * @param heldBackBy the replica sets without which it would be later
     */
    public record Mark(ClusterTime watermark, String watermarkUtc, List<ReplicaSet> heldBackBy) {
        static Mark of(Watermark mark) {
            return new Mark(mark.at(), Utc.of(mark.at()), mark.heldBackBy());
        }
    }

    /**
     * One replica set during one membership.
     *
     * @param shard its shard id; {@code config} for the config servers
     * @param joined 0:0 if it was there from the first
     * @param left null while it belongs to the cluster
     * @param capturedUntil null if nothing of it was captured
     * @param capturedLagSeconds by how much that lies behind the clock, at least 0
     * @param holdsBackCaptured whether the watermark of capture waits for it
     * @param bases its base snapshots, by the time from which they serve
     */
    public record Shard(
            String shard,
            ReplicaSet replicaSet,
            ClusterTime joined,
            Optional<ClusterTime> left,
            Optional<ClusterTime> capturedUntil,
            Optional<String> capturedUntilUtc,
            Optional<Long> capturedLagSeconds,
            boolean holdsBackCaptured,
            Optional<ClusterTime> archivedUntil,
            Optional<String> archivedUntilUtc,
            Optional<Long> archivedLagSeconds,
            boolean holdsBackArchived,
            List<BaseEntry> bases,
            List<MissingRun> gaps) {}

    /**
     * A base snapshot of the replica set.
     *
     * @param replayFrom replay needs every entry after it
     * @param usableFrom the earliest time to which it can be restored
     */
    public record BaseEntry(
            String id, ClusterTime replayFrom, ClusterTime usableFrom, String usableFromUtc) {
        static BaseEntry of(Base base) {
            return new BaseEntry(
                    base.id(), base.replayFrom(), base.usableFrom(), Utc.of(base.usableFrom()));
        }
    }

    public static ShardsAnswer of(WindowsContent content, Instant now) {
        return new ShardsAnswer(
                now.truncatedTo(ChronoUnit.SECONDS).toString(),
                Mark.of(content.captured()),
                Mark.of(content.archived()),
                content.members().stream()
                        .sorted(Comparator.comparing(member -> !isConfig(member)))
                        .map(member -> shard(member, content, now))
                        .toList());
    }

    private static boolean isConfig(Membership member) {
        return member.shard().equals(Members.CONFIG);
    }

    private static Shard shard(Membership member, WindowsContent content, Instant now) {
        ReplicaSet set = member.replicaSet();
        Optional<ClusterTime> captured = Optional.ofNullable(content.capturedFrontiers().get(set));
        Optional<ClusterTime> archived = Optional.ofNullable(content.archivedFrontiers().get(set));
        return new Shard(
                member.shard(),
                set,
                member.joined(),
                member.left(),
                captured,
                Utc.of(captured),
                captured.map(time -> lag(time, now)),
                content.captured().heldBackBy().contains(set),
                archived,
                Utc.of(archived),
                archived.map(time -> lag(time, now)),
                content.archived().heldBackBy().contains(set),
                content.bases().stream()
                        .filter(base -> base.replicaSet().equals(set))
                        .map(BaseEntry::of)
                        .toList(),
                // The same under every policy: what is missing is no matter of judgement.
                content.windows().get(Policy.EXACT).holes().stream()
                        .filter(hole -> hole.replicaSet().equals(set))
                        .map(MissingRun::of)
                        .toList());
    }

    private static long lag(ClusterTime time, Instant now) {
        return Math.max(0, now.getEpochSecond() - time.seconds());
    }
}
