package io.tidemark.timeline.pair;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.event.TopologyEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The operations under way, by key, and for a while those that ended. Each is handed on when it
 * opens and when it closes.
 */
final class Operations {
    private static final int REMEMBERED = 10_000;
    private final PairingLimits limits;
    private final Consumer<TopologyEvent> events;
    private final Map<String, Operation> open = new TreeMap<>();
    private final Map<String, Operation> ended = new LinkedHashMap<>();
    private ClusterTime knownFrom;

    Operations(PairingLimits limits, Consumer<TopologyEvent> events) {
        this.limits = limits;
        this.events = events;
    }

    PairingLimits limits() {
        return limits;
    }

    Collection<Operation> open() {
        return open.values();
    }

    Collection<Operation> ended() {
        return ended.values();
    }

    /** The earliest time of which anything is known. */
    ClusterTime knownFrom() {
        return knownFrom == null ? ClusterTime.ZERO : knownFrom;
    }

    void knownFrom(ClusterTime time) {
        knownFrom = knownFrom == null ? time : ClusterTime.min(knownFrom, time);
    }

    /** Lines before this time would have been seen; those of a while after it were not. */
    void unknownUntil(ClusterTime gapAfter) {
        knownFrom = ClusterTime.max(knownFrom(), gapAfter);
    }

    void restore(ClusterTime from, Collection<Operation> opened, Collection<Operation> closed) {
        knownFrom = from;
        opened.forEach(operation -> open.put(operation.key, operation));
        closed.forEach(operation -> ended.put(operation.key, operation));
    }

    Optional<Operation> find(String key) {
        return Optional.ofNullable(open.get(key));
    }

    Optional<Operation> recall(String key) {
        return Optional.ofNullable(ended.get(key));
    }

    /** The operation of that key; opened here if none is under way. */
    Operation openOrJoin(Moment moment, EventKind kind, String key, String what, String ns) {
        Operation known = open.get(key);
        return known != null ? known : begin(new Operation(moment, kind, key, what, ns));
    }

    /** One that was taken for ended for lack of signs, and gave another: it goes on as it was. */
    Optional<Operation> reopen(String key) {
        Optional<Operation> before = recall(key).filter(operation -> operation.softlyClosed);
        before.ifPresent(
                operation -> {
                    ended.remove(key);
                    operation.softlyClosed = false;
                    operation.softEnd = null;
                    operation.through = null;
                    operation.told = "";
                    begin(operation);
                });
        return before;
    }

    /** Whether another operation that began with the same entry has this id. */
    boolean isTaken(String id) {
        return open.values().stream().anyMatch(operation -> operation.id.equals(id));
    }

    /** Puts an operation under way. */
    Operation begin(Operation operation) {
        open.put(operation.key, operation);
        return operation;
    }

    /**
     * Hands on the operations that opened or changed their nature with the entries at {@code at}.
     */
    void tell(ClusterTime at) {
        for (Operation operation : open.values()) {
            if (operation.last.equals(at) && !operation.nature().equals(operation.told)) {
                operation.told = operation.nature();
                events.accept(operation.toEvent());
            }
        }
    }

    /** Something that happened at once. */
    void point(Operation operation) {
        operation.through = operation.from;
        operation.hint = Outcome.COMPLETED;
        events.accept(operation.toEvent());
    }

    /** How long after its commit an operation may still clean up. */
    Duration afterCommit(Operation operation) {
        return operation.copies.isEmpty() ? limits.settle() : limits.patience();
    }

    /** How far back an operation may have begun whose start is unknown. */
    ClusterTime earliestBefore(ClusterTime end) {
        long bound = Math.max(0, end.seconds() - limits.patience().toSeconds());
        ClusterTime patience = new ClusterTime(bound, 0);
        return ClusterTime.min(end, ClusterTime.max(knownFrom(), patience));
    }

    void rename(Operation operation, String key) {
        open.remove(operation.key);
        operation.key = key;
        open.put(key, operation);
    }

    void close(Operation operation, ClusterTime at, Outcome outcome) {
        open.remove(operation.key);
        operation.through = ClusterTime.max(at, operation.from);
        operation.hint = outcome;
        ended.remove(operation.key);
        ended.put(operation.key, operation);
        events.accept(operation.toEvent());
    }

    /** A written end came after the operation was taken for ended. */
    void extend(Operation operation, ClusterTime at, Outcome outcome) {
        operation.softlyClosed = false;
        operation.through = ClusterTime.max(at, operation.through);
        operation.hint = outcome;
        events.accept(operation.toEvent());
    }

    /**
     * Closes what has waited long enough before {@code now}, in the order of its deadlines, so that
     * it does not matter when this is called.
     */
    void expire(ClusterTime now, boolean inclusive) {
        List<Operation> due = new ArrayList<>();
        for (Operation operation : open.values()) {
            Optional<ClusterTime> deadline = operation.deadline(limits);
            boolean over =
                    deadline.isPresent()
                            && (deadline.get().isBefore(now)
                                    || inclusive && deadline.get().equals(now));
            if (over) {
                due.add(operation);
            }
        }
        due.sort(
                (a, b) -> {
                    int byTime = a.deadline(limits).get().compareTo(b.deadline(limits).get());
                    return byTime != 0 ? byTime : a.key.compareTo(b.key);
                });
        due.forEach(this::giveUp);
        forget(now);
    }

    private void giveUp(Operation operation) {
        if (operation.softEnd != null) {
            operation.softlyClosed = true;
            close(operation, operation.softEnd, operation.hint);
        } else {
            close(operation, operation.deadline(limits).orElseThrow(), Outcome.UNKNOWN);
        }
    }

    private void forget(ClusterTime now) {
        long oldest = now.seconds() - limits.memory().toSeconds();
        Iterator<Operation> eldest = ended.values().iterator();
        while (eldest.hasNext()) {
            Operation operation = eldest.next();
            if (ended.size() <= REMEMBERED && operation.through.seconds() >= oldest) {
                return;
            }
            eldest.remove();
        }
    }
}
