package io.tidemark.timeline.pair;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.Span;
import io.tidemark.timeline.event.TopologyEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * An operation while its entries are gathered. Mutable, owned by {@link Operations}; fields are
 * written to snapshots as they are, so absent times are null in here only.
 */
final class Operation {
    private static final int EVIDENCE_KEPT = 32;

    String id;
    String key;
    EventKind kind;
    String what;
    String ns;

    /** The second namespace of a rename, the recipient of a migration; empty for others. */
    String target = "";

    ClusterTime from;
    ClusterTime last;
    ClusterTime through;
    ClusterTime criticalFrom;
    ClusterTime decidedAt;

    /** It may be over since then, unless another step follows within {@link #settleSeconds}. */
    ClusterTime softEnd;

    long settleSeconds;
    boolean startSeen = true;

    /** Never given up for lack of signs: draining a shard may take weeks. */
    boolean patient;

    /** A coordinator's document frames it. */
    boolean coordinated;

    /** Closed because nothing followed, not by a written end: a late end still extends it. */
    boolean softlyClosed;

    /** A migration whose chunk config.chunks gave to the recipient. */
    boolean chunkMoved;

    /** How it ends if nothing says otherwise. */
    Outcome hint = Outcome.UNKNOWN;

    /** The {@link #nature} that was last handed on. */
    String told = "";

    /** A movePrimary's collections on the new primary whose old copies are still to be dropped. */
    TreeSet<String> copies = new TreeSet<>();

    List<String> shards = new ArrayList<>();
    TreeSet<String> waitingFor = new TreeSet<>();
    List<ChunkRange> chunks = new ArrayList<>();
    List<Evidence> evidence = new ArrayList<>();

    /** For snapshots. */
    Operation() {}

    Operation(Moment moment, EventKind kind, String key, String what, String ns) {
        this.id = moment.id(kind.code());
        this.key = key;
        this.kind = kind;
        this.what = what;
        this.ns = ns;
        this.from = moment.at();
        this.last = moment.at();
    }

    Operation saw(Moment moment, String step) {
        if (evidence.size() == EVIDENCE_KEPT) {
            evidence.remove(EVIDENCE_KEPT - 1);
        }
        evidence.add(moment.evidence(step));
        last = ClusterTime.max(last, moment.at());
        return this;
    }

    Operation on(String shard) {
        if (!shard.isEmpty() && !shards.contains(shard)) {
            shards.add(shard);
        }
        return this;
    }

    Operation critical(ClusterTime at) {
        if (criticalFrom == null) {
            criticalFrom = at;
        }
        return this;
    }

    Operation decided(ClusterTime at, Outcome outcome) {
        if (decidedAt == null) {
            decidedAt = at;
        }
        hint = outcome;
        return this;
    }

    Operation maybeOver(ClusterTime at, Duration settle) {
        softEnd = at;
        settleSeconds = settle.toSeconds();
        return this;
    }

    /** When it is to be closed although no end was written; empty for never. */
    Optional<ClusterTime> deadline(PairingLimits limits) {
        if (!waitingFor.isEmpty()) {
            return Optional.empty();
        }
        if (softEnd != null) {
            return Optional.of(later(softEnd, settleSeconds));
        }
        return patient ? Optional.empty() : Optional.of(later(last, limits.patience().toSeconds()));
    }

    static ClusterTime later(ClusterTime time, long seconds) {
        long sum = time.seconds() + seconds;
        return sum > ClusterTime.MAX.seconds()
                ? ClusterTime.MAX
                : new ClusterTime(sum, time.increment());
    }

    /** What matters about it while it runs, to tell a change from one more piece of evidence. */
    String nature() {
        return String.join("|", kind.code(), what, ns, target, shards.toString())
                + criticalFrom
                + "|"
                + decidedAt;
    }

    TopologyEvent toEvent() {
        // Nothing is half done: it counts as ended unless another step follows.
        boolean settled = criticalFrom == null && softEnd != null && waitingFor.isEmpty();
        ClusterTime ended = through == null && settled ? softEnd : through;
        Outcome outcome = ended == null ? Outcome.OPEN : hint;
        Span span =
                new Span(
                        from,
                        Optional.ofNullable(ended),
                        Optional.ofNullable(criticalFrom),
                        Optional.ofNullable(decidedAt),
                        startSeen);
        String renamed = kind == EventKind.RENAME_COLLECTION ? target : "";
        return new TopologyEvent(
                id, kind, what, ns, renamed, shards, span, outcome, chunks, evidence);
    }
}
