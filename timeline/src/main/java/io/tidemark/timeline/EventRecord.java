package io.tidemark.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.pair.Pairing;
import io.tidemark.timeline.pair.PairingLimits;
import io.tidemark.timeline.pair.PreparedTransaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The events that pairing has made: those that ended and were not forgotten, and open ones. */
final class EventRecord {
    private final Pairing pairing;
    private final Map<String, TopologyEvent> events = new TreeMap<>();
    private Consumer<TopologyEvent> listener = event -> {};

    EventRecord(PairingLimits limits) {
        this.pairing = new Pairing(limits, this::keep);
    }

    private void keep(TopologyEvent event) {
        events.put(event.id(), event);
        listener.accept(event);
    }

    /** What makes them. */
    Pairing pairing() {
        return pairing;
    }

    /** Of each id the last one counts. */
    void restore(Collection<TopologyEvent> told) {
        told.forEach(event -> events.put(event.id(), event));
    }

    void onEvent(Consumer<TopologyEvent> consumer) {
        listener = consumer;
    }

    /** What was told of. */
    List<TopologyEvent> told() {
        return List.copyOf(events.values());
    }

    /** By their start; transactions without an outcome are among them. */
    List<TopologyEvent> all() {
        Map<String, TopologyEvent> current = current();
        pairing.preparedTransactions().stream()
                .filter(PreparedTransaction::isUndecided)
                .map(PreparedTransaction::toEvent)
                .forEach(event -> current.put(event.id(), event));
        List<TopologyEvent> all = new ArrayList<>(current.values());
        all.sort(Comparator.comparing(TopologyEvent::from).thenComparing(TopologyEvent::id));
        return all;
    }

    /** What the windows depend on: every prepared transaction is among them, decided or not. */
    List<TopologyEvent> forWindows() {
        List<TopologyEvent> all = new ArrayList<>(current().values());
        all.removeIf(event -> event.kind() == EventKind.PREPARED_TRANSACTION);
        pairing.preparedTransactions().stream().map(PreparedTransaction::toEvent).forEach(all::add);
        return all;
    }

    /** Ended events, and those under way as they stand. */
    private Map<String, TopologyEvent> current() {
        Map<String, TopologyEvent> all = new TreeMap<>(events);
        pairing.openEvents().forEach(event -> all.put(event.id(), event));
        return all;
    }

    /**
     * Drops those that ended before.
     *
     * @return their ids
     */
    List<String> forgetBefore(ClusterTime oldest) {
        List<String> dropped =
                events.values().stream()
                        .filter(e -> e.through().filter(t -> t.isBefore(oldest)).isPresent())
                        .map(TopologyEvent::id)
                        .toList();
        dropped.forEach(events::remove);
        pairing.forgetBefore(oldest);
        return dropped;
    }
}
