package io.tidemark.restore.checkpoint;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.ReplayState;
import io.tidemark.restore.replay.WriteLog;
import io.tidemark.restore.replay.WriteLog.CollectionChange;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Gives a target's collections back the names that they had at the checkpoint. What an earlier run
 * created, renamed and dropped since is named in its log; nothing else is touched. Replay will do
 * all of it again.
 */
public final class Reconciliation {
    private final RestoreTarget target;
    private final WriteLog next;
    private final Map<Namespace, Set<CollectionChange>> log;
    private final Map<Namespace, Optional<UUID>> present;
    private final Map<UUID, Namespace> names = new HashMap<>();
    private final Set<Long> doomed = new HashSet<>();

    /**
     * @param log what the earlier run did to collections
     * @param next is told what is done now, in case this run is cut off as well
     */
    public Reconciliation(
            RestoreTarget target, Map<Namespace, Set<CollectionChange>> log, WriteLog next) {
        this.target = target;
        this.next = next;
        this.log = log;
        this.present = new HashMap<>(target.collections());
        present.forEach((name, uuid) -> uuid.ifPresent(id -> names.put(id, name)));
    }

    /** Collections that the earlier run dropped: they are there again, and empty. */
    public Set<Long> doomed() {
        return doomed;
    }

    /**
     * @return the state with the UUIDs that the collections have in the target now
     * @throws RestoreException.TargetRefused if a collection is gone that no run dropped
     */
    public ReplayState run(ReplayState state) {
        if (log.isEmpty() && state.collections().stream().allMatch(this::isInPlace)) {
            return state;
        }
        List<ReplayState.Saved> collections = new ArrayList<>();
        state.collections().forEach(c -> collections.add(converted(c)));
        dropCreated(collections);
        moveAside(collections);
        collections.replaceAll(this::putBack);
        return new ReplayState(
                state.entriesRead(),
                state.entriesApplied(),
                state.collectionsCreated(),
                collections,
                state.dropped(),
                state.skipped(),
                state.begunBefore(),
                state.openTransactions(),
                state.problems(),
                state.unknown(),
                state.unrepaired());
    }

    private boolean isInPlace(ReplayState.Saved collection) {
        return collection.physical().isEmpty()
                || collection.targetUuid().isEmpty()
                        && present.containsKey(collection.physical().get())
                || place(collection).equals(collection.physical());
    }

    private Optional<Namespace> place(ReplayState.Saved collection) {
        return collection.targetUuid().isPresent()
                ? collection.targetUuid().map(names::get)
                : collection.physical().filter(present::containsKey);
    }

    /** A collection that became capped has another UUID, and keeps its name until a checkpoint. */
    private ReplayState.Saved converted(ReplayState.Saved collection) {
        boolean converted =
                collection.physical().isPresent()
                        && changes(collection.physical().get()).contains(CollectionChange.CONVERTED)
                        && place(collection).isEmpty();
        return converted
                ? collection.in(present.getOrDefault(collection.physical().get(), Optional.empty()))
                : collection;
    }

    private Set<CollectionChange> changes(Namespace namespace) {
        return log.getOrDefault(namespace, Set.of());
    }

    /** What came into being since the checkpoint, and whatever it is called now. */
    private void dropCreated(List<ReplayState.Saved> collections) {
        Set<Namespace> known = new HashSet<>();
        collections.forEach(c -> place(c).ifPresent(known::add));
        log.forEach(
                (name, changes) -> {
                    boolean ours =
                            changes.contains(CollectionChange.APPEARS)
                                    && present.containsKey(name)
                                    && !known.contains(name);
                    if (ours) {
                        target.drop(name);
                        present.remove(name).ifPresent(names::remove);
                    }
                });
    }

    /** Two collections may have changed names: first nobody has one that another one needs. */
    private void moveAside(List<ReplayState.Saved> collections) {
        for (ReplayState.Saved collection : collections) {
            Optional<Namespace> now = place(collection);
            if (now.isPresent() && !now.equals(collection.physical())) {
                Namespace aside =
                        now.get().withCollection("tidemark_resumed_" + collection.number());
                rename(now.get(), aside);
            }
        }
    }

    private ReplayState.Saved putBack(ReplayState.Saved collection) {
        if (collection.physical().isEmpty()) {
            return collection;
        }
        Namespace wanted = collection.physical().get();
        Optional<Namespace> now = place(collection);
        if (now.isEmpty()) {
            requireDropped(collection, wanted);
            doomed.add(collection.number());
            next.collection(CollectionChange.DOOMED, wanted);
            next.collection(CollectionChange.APPEARS, wanted);
            // Where it had a UUID of the target's own, it gets one again.
            Optional<UUID> uuid = collection.targetUuid().flatMap(own -> collection.uuid());
            return collection.in(target.create(wanted, uuid, collection.options()));
        }
        if (changes(wanted).contains(CollectionChange.DOOMED)) {
            doomed.add(collection.number());
        }
        if (!now.get().equals(wanted)) {
            rename(now.get(), wanted);
        }
        return collection;
    }

    private void requireDropped(ReplayState.Saved collection, Namespace wanted) {
        boolean gone =
                log.values().stream()
                        .anyMatch(
                                changes ->
                                        changes.contains(CollectionChange.GOES)
                                                || changes.contains(CollectionChange.DOOMED));
        if (!gone || present.containsKey(wanted)) {
            throw new RestoreException.TargetRefused(
                    "Collection "
                            + wanted
                            + ", which the restore that was cut off had made, is not in target "
                            + target
                            + " any more ("
                            + collection.targetUuid().map(UUID::toString).orElse("no UUID")
                            + "). Does somebody use the target? Restore into it from the beginning:"
                            + " --restart.");
        }
    }

    private void rename(Namespace from, Namespace to) {
        target.rename(from, to);
        Optional<UUID> uuid = present.remove(from);
        present.put(to, uuid);
        uuid.ifPresent(id -> names.put(id, to));
    }
}
