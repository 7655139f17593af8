package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** States of one JVM. */
final class InMemoryOperationStates implements OperationStates {
    private record Place(OperationId id, ReplicaSet set) {}

    private record Teller(OperationId id, ReplicaSet set, String agent) {}

    private final Map<OperationId, OperationState> operations = new HashMap<>();
    private final Map<Place, ShareState> shares = new HashMap<>();
    private final Map<Teller, Candidate> candidates = new HashMap<>();
    private final Set<OperationId> cancelled = new HashSet<>();

    @Override
    public synchronized Optional<OperationState> find(OperationId id) {
        return Optional.ofNullable(operations.get(id));
    }

    @Override
    public synchronized boolean create(OperationState state) {
        return operations.putIfAbsent(state.id(), state) == null;
    }

    @Override
    public synchronized void save(OperationState state) {
        OperationState before = operations.get(state.id());
        if (before != null && before.token() > state.token()) {
            throw new FencedException("operation " + state.id() + " has a later leader");
        }
        operations.put(state.id(), state);
    }

    @Override
    public synchronized Map<ReplicaSet, ShareState> shares(OperationId id) {
        Map<ReplicaSet, ShareState> found = new TreeMap<>();
        shares.forEach(
                (place, share) -> {
                    if (place.id().equals(id)) {
                        found.put(place.set(), share);
                    }
                });
        return found;
    }

    @Override
    public synchronized ShareState claim(
            OperationId id, ReplicaSet replicaSet, String owner, long token) {
        Place place = new Place(id, replicaSet);
        ShareState before = shares.getOrDefault(place, ShareState.waiting(id, replicaSet));
        fence(before, token);
        shares.put(place, before.takenBy(owner, token));
        return shares.get(place);
    }

    @Override
    public synchronized void save(ShareState state) {
        Place place = new Place(state.operation(), state.replicaSet());
        fence(
                shares.getOrDefault(
                        place, ShareState.waiting(state.operation(), state.replicaSet())),
                state.token());
        shares.put(place, state);
    }

    @Override
    public synchronized void tell(Candidate candidate) {
        candidates.put(
                new Teller(candidate.operation(), candidate.replicaSet(), candidate.agent()),
                candidate);
    }

    @Override
    public synchronized List<Candidate> candidates(OperationId id) {
        return candidates.values().stream().filter(c -> c.operation().equals(id)).toList();
    }

    @Override
    public synchronized void askToCancel(OperationId id) {
        cancelled.add(id);
    }

    @Override
    public synchronized boolean isCancelAsked(OperationId id) {
        return cancelled.contains(id);
    }

    @Override
    public synchronized void forget(Instant before, int keep) {
        operations.values().stream()
                .sorted(
                        Comparator.comparing(
                                (OperationState s) -> s.request().issuedMillis(),
                                Comparator.reverseOrder()))
                .skip(keep)
                .filter(s -> s.phase().isEnd())
                .filter(s -> s.request().issuedMillis() < before.toEpochMilli())
                .map(OperationState::id)
                .toList()
                .forEach(this::forget);
    }

    private void forget(OperationId id) {
        operations.remove(id);
        shares.keySet().removeIf(place -> place.id().equals(id));
        candidates.keySet().removeIf(teller -> teller.id().equals(id));
        cancelled.remove(id);
    }

    private static void fence(ShareState before, long token) {
        if (before.token() > token) {
            throw new FencedException("replica set " + before.replicaSet() + " has a later owner");
        }
    }
}
