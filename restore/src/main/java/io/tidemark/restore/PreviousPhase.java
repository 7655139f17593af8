package io.tidemark.restore;

import io.tidemark.restore.accounts.AccountRestore;
import io.tidemark.restore.checkpoint.Checkpoints;
import io.tidemark.restore.checkpoint.RestoreMark;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.plan.RestorePlan;
import io.tidemark.restore.previous.CreatedCollections;
import io.tidemark.restore.previous.Keeping;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.previous.MetadataCopy;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.previous.SetAside;
import io.tidemark.restore.previous.WayBack;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What was there before, in targets that each take one replica set: what of it is in the way, how
 * it is kept where that is asked for, and the way back.
 */
final class PreviousPhase {
    private static final String BUCKETS = "system.buckets.";
    private static final Namespace COLLECTIONS = Namespace.of("config.collections");

    private final RestoreRequest request;
    private final RestorePlan plan;
    private final SetOpening sets;
    private final TargetMarks marks;
    private final Map<ReplicaSetPlan, RestoreTarget> targets;
    private final Map<ReplicaSetPlan, TargetFacts> found;
    private final Map<ReplicaSetPlan, CreatedCollections> created = new HashMap<>();
    private Optional<String> token = Optional.empty();

    /**
     * @param targets by replica set, once they are open
     * @param found what they said of themselves
     */
    PreviousPhase(
            RestoreRequest request,
            RestorePlan plan,
            SetOpening sets,
            TargetMarks marks,
            Map<ReplicaSetPlan, RestoreTarget> targets,
            Map<ReplicaSetPlan, TargetFacts> found) {
        this.request = request;
        this.plan = plan;
        this.sets = sets;
        this.marks = marks;
        this.targets = targets;
        this.found = found;
    }

    private boolean keeps() {
        return request.placement().replacement().keepsPrevious();
    }

    /** What earlier restores have kept stays, but for what this one can't do beside. */
    void leaveAlone() {
        found.replaceAll(this::withoutKept);
    }

    private TargetFacts withoutKept(ReplicaSetPlan set, TargetFacts told) {
        if (told.userCollections().stream().noneMatch(PreviousNames::isKept)) {
            return told;
        }
        Map<Namespace, Optional<UUID>> uuids = targets.get(set).collections();
        List<Namespace> others = new ArrayList<>();
        for (Namespace name : told.collections()) {
            Optional<UUID> uuid = uuids.getOrDefault(name, Optional.empty());
            if (!PreviousNames.isKept(name) || created(set).mayMeet(name, uuid)) {
                others.add(name);
            }
        }
        return told.holding(others);
    }

    private CreatedCollections created(ReplicaSetPlan set) {
        return created.computeIfAbsent(
                set,
                one -> {
                    SetBase base = sets.of(one).base();
                    return sets.isStandby()
                            ? CreatedCollections.unknown()
                            : CreatedCollections.of(
                                    base.manifest(), base.source(), request.to(), sets.cluster());
                });
    }

    /** How what is in the way of a replica set would be kept; writes nothing. */
    Keeping.Decision decide(ReplicaSetPlan set) {
        if (!keeps()) {
            return Keeping.Decision.NOTHING;
        }
        List<HeldCollection> now = targets.get(set).held();
        Optional<KeptPrevious> earlier =
                marks.resumption().withdrawn(set).map(mark -> mark.before().replaced().kept());
        return decide(set, earlier.map(kept -> kept.takenBack(now)).orElse(now));
    }

    private Keeping.Decision decide(ReplicaSetPlan set, List<HeldCollection> held) {
        RestoreTarget target = targets.get(set);
        Keeping keeping =
                new Keeping(
                        token(),
                        created(set),
                        clusters(),
                        found.get(set).choosesUuids(),
                        request.options().accounts(),
                        target::sizeBytes);
        return keeping.decide(held, found.get(set).userCollections(), set.isConfigServer());
    }

    /** The same in all targets and in all runs, and never two of them in one. */
    private String token() {
        if (token.isEmpty()) {
            token =
                    plan.replicaSets().stream()
                            .flatMap(set -> earlier(set).stream())
                            .map(KeptPrevious::token)
                            .findFirst();
        }
        if (token.isEmpty()) {
            List<Namespace> present = new ArrayList<>();
            targets.values().forEach(target -> present.addAll(target.collections().keySet()));
            token = Optional.of(PreviousNames.token(Instant.now(), present));
        }
        return token.get();
    }

    /** What a run that was cut off before all targets were marked has decided of one of them. */
    private Optional<KeptPrevious> earlier(ReplicaSetPlan set) {
        return marks.resumption()
                .markOf(set)
                .map(mark -> mark.before().replaced().kept())
                .filter(kept -> !kept.collections().isEmpty());
    }

    /** As the target is now, when nothing is to be taken back any more. */
    KeptPrevious decideNow(ReplicaSetPlan set) {
        if (!keeps()) {
            return KeptPrevious.NOTHING;
        }
        Keeping.Decision decision = decide(set, targets.get(set).held());
        if (!decision.reasons().isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "Target "
                            + found.get(set).address()
                            + " is refused: "
                            + String.join("; ", decision.reasons())
                            + ".");
        }
        return decision.kept();
    }

    /**
     * UUIDs that shards must agree on with their config servers, now and after the way back. Until
     * all targets are marked nothing of the metadata has changed, whichever run has marked them.
     */
    private Set<UUID> clusters() {
        Optional<ReplicaSetPlan> config =
                plan.configServers().filter(set -> found.get(set).isClusterMember());
        boolean chosen = found.values().stream().allMatch(TargetFacts::choosesUuids);
        if (config.isEmpty() || !chosen) {
            return Set.of();
        }
        RestoreTarget target = targets.get(config.get());
        return target.collections().containsKey(COLLECTIONS)
                ? MetadataCopy.uuidsIn(target)
                : Set.of();
    }

    /** Before anything of a replica set's target goes. */
    void setAside(ReplicaSetPlan set) {
        Checkpoints checkpoints = marks.of(set).orElseThrow();
        RestoreMark mark = checkpoints.mark();
        KeptPrevious kept = mark.before().replaced().kept();
        if (!kept.collections().isEmpty() && !kept.aside()) {
            new SetAside(
                            targets.get(set),
                            kept,
                            mark.before().member().balancer(),
                            now -> checkpoints.put(checkpoints.mark().keeping(now)))
                    .run();
        }
    }

    private KeptPrevious kept(ReplicaSetPlan set) {
        return marks.markOf(set)
                .map(m -> m.before().replaced().kept())
                .orElse(KeptPrevious.NOTHING);
    }

    private boolean leadsBack() {
        return plan.replicaSets().stream().anyMatch(set -> kept(set).leadsBack());
    }

    /** What must be known of the way back. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        boolean cluster = found.values().stream().anyMatch(TargetFacts::isClusterMember);
        if (cluster && leadsBack()) {
            warnings.add(
                    "The way back replaces the cluster's metadata: stop its routers and its"
                            + " balancer before, and restart shards and routers afterwards.");
        }
        Set<Namespace> accounts = new TreeSet<>();
        plan.replicaSets().forEach(set -> accounts.addAll(kept(set).accountPlaces()));
        if (!accounts.isEmpty()) {
            warnings.add(
                    "Users and roles that the targets had are kept as "
                            + accounts
                            + ", credentials included: drop these when no way back is needed.");
        }
        return warnings;
    }

    /** The commands of the way back; none if nothing is kept. */
    List<String> rollback(AddedShards added) {
        List<String> commands = new ArrayList<>();
        if (!leadsBack()) {
            return commands;
        }
        for (ReplicaSetRestore restore : sets.restores()) {
            commands.addAll(rollback(restore));
        }
        added.forEach(
                (id, target, fact) -> {
                    if (fact.shardIdentity().isEmpty() && isMember(target)) {
                        commands.addAll(new WayBack(id, target, KeptPrevious.NOTHING).leaving());
                    }
                });
        return commands;
    }

    private static boolean isMember(RestoreTarget target) {
        return target.inspect().shardIdentity().isPresent();
    }

    private List<String> rollback(ReplicaSetRestore restore) {
        ReplicaSetPlan set = restore.plan();
        RestoreTarget target = targets.get(set);
        Set<Namespace> special = new TreeSet<>(views(restore));
        Set<Namespace> all = new TreeSet<>(special);
        for (CollectionState collection : restore.data()) {
            Namespace name = collection.namespace();
            if (name.collection().startsWith(BUCKETS)) {
                Namespace series =
                        name.withCollection(name.collection().substring(BUCKETS.length()));
                special.add(series);
                all.add(series);
            } else {
                all.add(name);
            }
        }
        return new WayBack(set.replicaSet().name(), target, kept(set))
                .commands(
                        all,
                        special,
                        set.isConfigServer(),
                        found.get(set).shardIdentity().isEmpty() && isMember(target),
                        request.options().accounts()
                                ? AccountRestore.names(restore.metadata())
                                : Map.of());
    }

    private static Set<Namespace> views(ReplicaSetRestore restore) {
        Set<Namespace> views = new TreeSet<>();
        for (Namespace in : restore.metadata().collections().keySet()) {
            if (in.collection().equals("system.views")) {
                for (RawDocument view : restore.metadata().documents(in)) {
                    view.string("_id").flatMap(Namespace::parse).ifPresent(views::add);
                }
            }
        }
        return views;
    }
}
