package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.ReplayStart;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The marks of a standby: what its targets hold, and what it stands on. They say all that it takes
 * to go on, so that the base may be pruned once it is loaded.
 *
 * @param marks by replica set; none where the standby only begins
 * @param unmarked names of the targets without a mark, where others have one
 * @param joining shards that have no part in it yet
 * @param promotion the time to which it is to be promoted; empty while it follows
 * @param shards ids and replica sets of the shards that its source has, or had once
 */
record StandbyMarks(
        Map<ReplicaSet, RestoreMark> marks,
        List<String> unmarked,
        Map<ReplicaSet, Joining> joining,
        Optional<ClusterTime> promotion,
        Set<String> shards) {
    /** Names of the arguments in the marks. */
    static final String TIME = "the time";

    static final String FOLLOWS = "as the source goes on (a standby)";
    static final String PROMOTED = "promoted to";
    static final String MEMBERS = "the replica sets are";
    static final String SET = "the replica set";
    static final String LIFE = "its life";
    static final String BASE = "its base";
    private static final String FROM = "replay begins at";
    private static final String EXACT = "exact from";
    private static final String WHOLE = "followed from";
    private static final String NAMES = "names identify collections";

    StandbyMarks {
        marks = new TreeMap<>(marks);
        unmarked = List.copyOf(unmarked);
        joining = new TreeMap<>(joining);
        shards = Set.copyOf(shards);
    }

    /**
     * A shard that joins.
     *
     * @param first the first time that the standby can be promoted to with it
     */
    record Joining(ReplicaSetPlan plan, ClusterTime first) {}

    /** One that only begins. */
    static StandbyMarks none() {
        return new StandbyMarks(Map.of(), List.of(), Map.of(), Optional.empty(), Set.of());
    }

    /**
     * Looks into the targets; writes nothing.
     *
     * @throws RestoreException.TargetRefused if they hold something else, or only parts
     */
    static StandbyMarks find(RestoreRequest request, RestoreTarget.Connector connector) {
        Map<ReplicaSet, RestoreMark> marks = new TreeMap<>();
        List<String> without = new ArrayList<>();
        for (Map.Entry<String, String> named : request.targets().entrySet()) {
            try (RestoreTarget target = connector.connect(named.getValue(), request.options())) {
                Optional<RestoreMark> mark = Checkpoints.markOf(target);
                mark.ifPresent(m -> marks.put(new ReplicaSet(m.arguments().get(SET)), m));
                if (mark.isEmpty()) {
                    without.add(named.getKey());
                } else if (!FOLLOWS.equals(mark.get().arguments().get(TIME))) {
                    throw new RestoreException.TargetRefused(
                            "Target "
                                    + target
                                    + " holds a restore that was cut off ("
                                    + mark.get().description()
                                    + "), and no standby. Run that one again, or give --restart to"
                                    + " take back what it has done. Nothing was written.");
                }
            }
        }
        StandbyMarks found = new StandbyMarks(marks, without, Map.of(), Optional.empty(), Set.of());
        // Those of a finished promotion go one after the other.
        return marks.isEmpty() || found.isFinished() ? found.withoutUnmarked() : found;
    }

    private StandbyMarks withoutUnmarked() {
        return new StandbyMarks(marks, List.of(), joining, promotion, shards);
    }

    /** It was promoted, and had only to remove its marks. */
    boolean isFinished() {
        return marks.values().stream().anyMatch(mark -> mark.report().isPresent());
    }

    StandbyMarks promotedTo(ClusterTime time) {
        return new StandbyMarks(marks, unmarked, joining, Optional.of(time), shards);
    }

    /** The same where the archive has these shards, of whatever time. */
    StandbyMarks knowing(Set<String> names) {
        return new StandbyMarks(marks, unmarked, joining, promotion, names);
    }

    /** The same with shards that join. */
    StandbyMarks with(Map<ReplicaSet, Joining> newcomers) {
        return new StandbyMarks(marks, unmarked, newcomers, promotion, shards);
    }

    /** True if other targets are named than the standby was begun with. */
    boolean isChanged() {
        String now = members(marks.keySet());
        return !unmarked.isEmpty()
                || marks.values().stream()
                        .anyMatch(mark -> !now.equals(mark.arguments().get(MEMBERS)));
    }

    /** How the marks tell which replica sets there are. */
    static String members(Collection<ReplicaSet> sets) {
        return sets.stream().map(ReplicaSet::name).sorted().collect(Collectors.joining(", "));
    }

    /** Those that the marks of a run name. */
    static Set<String> membersIn(RestoreMark mark) {
        return Set.of(mark.arguments().get(MEMBERS).split(", "));
    }

    /** Whose members are those of its source, as far as it has come, and may change. */
    boolean follows() {
        return isBegun() && promotion.isEmpty();
    }

    /** Whether nobody is known to have gone beyond its mark: it was cut off while it began. */
    boolean isJustMarked() {
        return marks.values().stream()
                .allMatch(
                        mark -> mark.epoch() == 0 && mark.standing().through().equals(first(mark)));
    }

    boolean isBegun() {
        return !marks.isEmpty();
    }

    /** The same from its beginning to its promotion. */
    UUID id() {
        return marks.values().iterator().next().restore();
    }

    /** Entries up to this time may be in some target. */
    ClusterTime through() {
        return marks.values().stream()
                .map(mark -> mark.standing().through())
                .max(Comparator.naturalOrder())
                .orElse(ClusterTime.ZERO);
    }

    /** The promotion that has begun. */
    Optional<ClusterTime> begunPromotion() {
        return marks.values().stream()
                .flatMap(mark -> Optional.ofNullable(mark.arguments().get(PROMOTED)).stream())
                .flatMap(text -> ClusterTime.parse(text).stream())
                .findFirst();
    }

    /** Which life of a replica set it follows. */
    static ArchivedReplicaSet life(RestoreRequest request, RestoreMark mark) {
        return new ArchivedReplicaSet(
                request.cluster(),
                new Incarnation(mark.arguments().get(LIFE)),
                new ReplicaSet(mark.arguments().get(SET)));
    }

    /** Whether the base is needed to go on. */
    static boolean needsBase(RestoreMark mark) {
        return mark.standing().stage() == Stage.BASE;
    }

    /**
     * What replay stands on goes into the mark.
     *
     * @param first the time that the standby begins with: it can't be promoted to one before
     */
    static Map<String, String> describe(ReplayStart start, ClusterTime first) {
        return Map.of(
                WHOLE, first.toString(),
                FROM, start.from().toString(),
                EXACT, start.exactFrom().toString(),
                NAMES, Boolean.toString(start.namesIdentify()));
    }

    /** The same out of the mark. */
    static ReplayStart start(RestoreMark mark, NamespaceRules rules) {
        return new ReplayStart(
                new ReplicaSet(mark.arguments().get(SET)),
                rules,
                time(mark, FROM),
                time(mark, EXACT),
                Boolean.parseBoolean(mark.arguments().get(NAMES)));
    }

    /** The time that the standby began with. */
    static ClusterTime first(RestoreMark mark) {
        return time(mark, WHOLE);
    }

    private static ClusterTime time(RestoreMark mark, String name) {
        return ClusterTime.parse(mark.arguments().get(name)).orElseThrow();
    }
}
