package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.LivingRuns;
import io.tidemark.restore.checkpoint.MarkPlace;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.checkpoint.RunHolder;
import io.tidemark.restore.checkpoint.RunLease;
import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.checkpoint.TargetBefore;
import io.tidemark.restore.checkpoint.Withdrawal;
import io.tidemark.restore.external.HeldBase;
import io.tidemark.restore.guard.BackgroundWork;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.replay.ReplayStart;
import io.tidemark.restore.replay.transaction.Decision;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What an earlier run has left in the targets: the same restore goes on with it, any other one is
 * refused, or takes it back first if it was told to.
 */
final class Resumption {
    private static final String AFTER = "the first entry is after";
    private static final String PLACEMENT = "the placement";
    private static final String TARGETS = "it goes into";
    private static final String EACH = "a target for each replica set";
    private static final String STATE = "it is being";
    private static final String RESTORED = "restored";
    private static final String ONE = "one target for all replica sets";

    /** What marks don't say that were left without it. */
    private static final Map<String, String> UNSAID = Map.of(TARGETS, EACH, STATE, RESTORED);

    private final RestoreRequest request;
    private final RestorePlan plan;
    private final Optional<StandbyMarks> standby;
    private final Map<ReplicaSet, HeldBase> held;
    private final Map<ReplicaSetPlan, RestoreMark> marks = new LinkedHashMap<>();
    private final Map<ReplicaSetPlan, RestoreMark> withdrawn = new LinkedHashMap<>();
    private final LivingRuns living = new LivingRuns(RunLease.DEAD);
    private final RunHolder holder;
    private UUID restore = UUID.randomUUID();

    /**
     * @param holder the run that is to write
     */
    Resumption(RestoreRequest request, PreparedRestore prepared, RunHolder holder) {
        this.request = request;
        this.holder = holder;
        this.plan = prepared.plan();
        this.standby = prepared.standby();
        this.held = prepared.held();
    }

    /**
     * What a target was before any run of this restore.
     *
     * @throws RestoreException.TargetRefused if another restore is under way in it
     * @throws RestoreException.Held if a run is at work there
     */
    TargetFacts inspect(ReplicaSetPlan set, RestoreTarget target) {
        TargetFacts now = target.inspect();
        if (request.options().restart() && isShared(target)) {
            throw new RestoreException.TargetRefused(
                    "In target "
                            + now.address()
                            + " a restore of a whole cluster, or of single collections, was cut"
                            + " off. Take it back by the same target, --target merged=URI"
                            + " --restart. Nothing was written.");
        }
        requireBase(now, target);
        Optional<RestoreMark> mark = find(set, now, target, MarkPlace.ALONE);
        boolean goes = request.options().restart();
        return mark.map(RestoreMark::before)
                .map(before -> goes ? before.takenBack(now) : before.in(now))
                .orElse(now);
    }

    /** What a base in the target was can't be made again out of what it is. */
    private void requireBase(TargetFacts now, RestoreTarget target) {
        boolean gone =
                request.options().restart()
                        && Checkpoints.markOf(target).filter(HeldBase::isIn).isPresent();
        if (gone) {
            throw new RestoreException.TargetRefused(
                    "Target "
                            + now.address()
                            + " held the base of a restore that was cut off, and holds it no more"
                            + " as it was: it can't be taken back. Run the same without --restart"
                            + " and it goes on, or put the base into its targets anew. Nothing was"
                            + " written.");
        }
    }

    /** Whether the unfinished restore in a target has all replica sets in it. */
    static boolean isShared(RestoreTarget target) {
        return Checkpoints.markOf(target)
                .filter(mark -> ONE.equals(mark.arguments().get(TARGETS)))
                .isPresent();
    }

    /**
     * Looks for what an earlier run has left of a replica set.
     *
     * @param now what the target is like
     */
    Optional<RestoreMark> find(
            ReplicaSetPlan set, TargetFacts now, RestoreTarget target, MarkPlace place) {
        Optional<RestoreMark> mark = Checkpoints.markOf(target, place);
        if (mark.isEmpty()) {
            return mark;
        }
        living.add(target, place, mark.get());
        if (request.options().restart()) {
            withdrawn.put(set, mark.get());
        } else {
            requireSame(set, now, mark.get());
            marks.put(set, mark.get());
            restore = mark.get().restore();
        }
        return mark;
    }

    /** The same in all targets, and in all runs. */
    UUID restore() {
        return restore;
    }

    /** What an earlier run has left of a replica set. */
    Optional<RestoreMark> markOf(ReplicaSetPlan set) {
        return Optional.ofNullable(marks.get(set));
    }

    /** Whether an earlier run has begun with a replica set. */
    boolean goesOn(ReplicaSetPlan set) {
        return marks.containsKey(set);
    }

    /** What of a replica set is taken back before this restore begins. */
    Optional<RestoreMark> withdrawn(ReplicaSetPlan set) {
        return Optional.ofNullable(withdrawn.get(set));
    }

    /** What is taken back before this restore begins. */
    Optional<RestoreMark> withdrawn() {
        return withdrawn.values().stream().findFirst();
    }

    private void requireSame(ReplicaSetPlan set, TargetFacts target, RestoreMark mark) {
        Map<String, String> wanted = new TreeMap<>(arguments(set));
        if (standby.filter(StandbyMarks::isBegun).isPresent()) {
            // It goes on with the base that its mark names; who may join or leave was decided.
            wanted.keySet().removeAll(Set.of(StandbyMarks.BASE, AFTER, StandbyMarks.MEMBERS));
            wanted.put(PLACEMENT, request.placement().without(newcomers(mark)).toString());
        }
        List<String> differences = new ArrayList<>();
        wanted.forEach(
                (name, value) -> {
                    String unsaid = UNSAID.getOrDefault(name, "not told");
                    String there = mark.arguments().getOrDefault(name, unsaid);
                    if (!there.equals(value)) {
                        differences.add(name + " is " + there + " there and " + value + " here");
                    }
                });
        if (!differences.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "In target "
                            + target.address()
                            + " an earlier restore ("
                            + mark.description()
                            + ") was cut off "
                            + words(mark.standing())
                            + ", and this is another one: "
                            + String.join("; ", differences)
                            + ". Run that one again with its own arguments and it goes on, or give"
                            + " --restart to take back what it has done, or name other targets."
                            + " Nothing was written.");
        }
    }

    /** How shards are called that this mark knows nothing of yet. */
    private Set<String> newcomers(RestoreMark mark) {
        Set<String> members = StandbyMarks.membersIn(mark);
        Set<String> names = new TreeSet<>();
        for (ReplicaSetPlan set : plan.replicaSets()) {
            if (!members.contains(set.replicaSet().name())) {
                names.add(set.replicaSet().name());
                set.shardId().ifPresent(names::add);
            }
        }
        return names;
    }

    private static String words(Standing at) {
        return switch (at.stage()) {
            case BASE -> "after " + Counted.of(at.parts(), "part") + " of its base";
            case REPLAY -> "at " + at.applied();
            default -> "near its end";
        };
    }

    /** All targets belong to one restore, and nobody is at work in them. */
    void check() {
        long restores = marks.values().stream().map(RestoreMark::restore).distinct().count();
        if (restores > 1) {
            throw new RestoreException.TargetRefused(
                    "The targets hold parts of "
                            + restores
                            + " restores that were cut off. They don't fit together: give --restart"
                            + " to take back what they have done. Nothing was written.");
        }
        living.requireNone();
    }

    /** What must be the same for a restore to go on, in words. */
    private Map<String, String> arguments(ReplicaSetPlan set) {
        Map<String, String> arguments = new TreeMap<>();
        arguments.put("the cluster", request.cluster().toString());
        arguments.put(
                StandbyMarks.TIME,
                standby.isPresent() ? StandbyMarks.FOLLOWS : plan.to().toString());
        arguments.put(StandbyMarks.SET, set.replicaSet().name());
        arguments.put(StandbyMarks.LIFE, set.life().incarnation().toString());
        arguments.put(PLACEMENT, request.placement().toString());
        arguments.put(TARGETS, request.isMerged() ? ONE : EACH);
        arguments.put(STATE, RESTORED);
        arguments.put(StandbyMarks.MEMBERS, members());
        arguments.put(StandbyMarks.BASE, set.base().map(BasePlace::toString).orElse("none"));
        arguments.put(AFTER, set.replayAfter().toString());
        Optional.ofNullable(held.get(set.replicaSet()))
                .ifPresent(base -> arguments.putAll(base.arguments()));
        request.external()
                .ifPresent(
                        said ->
                                arguments.put(
                                        "said of the base",
                                        said.words(set.replicaSet().name(), set.isConfigServer())));
        return arguments;
    }

    private String members() {
        return StandbyMarks.members(
                plan.replicaSets().stream().map(ReplicaSetPlan::replicaSet).toList());
    }

    /** Where a replica set stands, before it goes on. */
    Standing standing(ReplicaSetPlan set) {
        return markOf(set).map(RestoreMark::standing).orElse(begin(set));
    }

    private Standing begin(ReplicaSetPlan set) {
        Standing begin =
                Standing.begin(
                        set.replayAfter(),
                        first(set),
                        request.options().checkpoints().operations());
        return set.base().isPresent() ? begin : begin.at(Stage.REPLAY);
    }

    /** The time to which a replica set is brought at least before anything else is done with it. */
    private ClusterTime first(ReplicaSetPlan set) {
        return standby.map(s -> s.joining().get(set.replicaSet()))
                .map(StandbyMarks.Joining::first)
                .orElse(plan.to());
    }

    /**
     * Marks a target, or finds it marked.
     *
     * @param start what replay stands on
     * @param keeping what is to be kept of the target, by what it holds when nothing is to be taken
     *     back any more
     */
    Checkpoints mark(
            ReplicaSetPlan set,
            RestoreTarget target,
            MarkPlace place,
            TargetFacts facts,
            ReplayStart start,
            Supplier<KeptPrevious> keeping) {
        if (marks.containsKey(set)) {
            Checkpoints kept = Checkpoints.resume(target, place, marks.get(set), holder);
            standby.flatMap(StandbyMarks::promotion).ifPresent(to -> promote(kept, to));
            if (!members().equals(kept.mark().arguments().get(StandbyMarks.MEMBERS))) {
                // What is said of shards that join comes with them.
                kept.put(
                        kept.mark()
                                .with(StandbyMarks.MEMBERS, members())
                                .with(PLACEMENT, request.placement().toString()));
            }
            return kept;
        }
        if (withdrawn.containsKey(set) && !place.shared()) {
            Checkpoints left = takeOver(target, withdrawn.get(set));
            new Withdrawal(target, left, set.isConfigServer()).run();
        }
        Map<String, String> described = new TreeMap<>(arguments(set));
        standby.ifPresent(s -> described.putAll(StandbyMarks.describe(start, first(set))));
        String work = place.shared() ? "" : BackgroundWork.words(facts);
        return Checkpoints.begin(
                target,
                place,
                new RestoreMark(
                        restore,
                        "of cluster "
                                + request.cluster()
                                + (standby.isPresent() ? " as a standby" : " to " + plan.to())
                                + work,
                        described,
                        TargetBefore.of(facts).keeping(keeping.get()),
                        0,
                        begin(set),
                        List.of(),
                        Optional.empty(),
                        Optional.of(holder)));
    }

    /**
     * In the place of the run that the mark names, which nobody goes on with any more: half of what
     * it did is not what its checkpoint says.
     *
     * @throws RestoreException.Held if that one, or another one, is at work
     */
    Checkpoints takeOver(RestoreTarget target, RestoreMark left) {
        Checkpoints kept = Checkpoints.resume(target, MarkPlace.ALONE, left, holder);
        kept.put(kept.mark().with(STATE, "taken back"));
        return kept;
    }

    /** From here on the standby goes to this time, or begins anew. */
    private static void promote(Checkpoints kept, ClusterTime to) {
        RestoreMark mark = kept.mark();
        kept.put(
                mark.with(StandbyMarks.PROMOTED, to.toString())
                        .standing(mark.standing().through(to)));
    }

    /** A target refused before anything was written into it: the new marks go. */
    void takeBack(Map<ReplicaSetPlan, RestoreTarget> targets) {
        targets.forEach(
                (set, target) -> {
                    if (!marks.containsKey(set)) {
                        target.unmark();
                    }
                });
    }

    /** What an earlier run decided about transactions that were open. */
    List<Decision> decisions() {
        return marks.values().stream()
                .map(RestoreMark::decisions)
                .filter(made -> !made.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /** The report of a run that was cut off while it removed its marks. */
    Optional<RestoreReport> report() {
        return marks.values().stream().flatMap(mark -> mark.report().stream()).findFirst();
    }
}
