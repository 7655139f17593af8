package io.tidemark.sink;

import io.tidemark.sink.consume.OplogPartition;
import io.tidemark.sink.consume.OplogTopicReader;
import io.tidemark.sink.consume.PartitionRecords;
import io.tidemark.sink.consume.PublishedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** One worker that is given every topic; polls bring a few records, as many as chance wants. */
final class MemoryTopicReader implements OplogTopicReader {
    private final MemoryTopics topics;
    private final Random random;
    private final Map<OplogPartition, Long> positions = new HashMap<>();
    private final Set<OplogPartition> assigned = new HashSet<>();
    private Set<OplogPartition> paused = Set.of();
    private Assignments listener;

    MemoryTopicReader(MemoryTopics topics, long seed) {
        this.topics = topics;
        this.random = new Random(seed);
    }

    @Override
    public void subscribe(Assignments toListener) {
        listener = toListener;
    }

    @Override
    public Polled poll(Duration atMost) {
        Set<OplogPartition> fresh = new HashSet<>(topics.partitions());
        fresh.removeAll(assigned);
        if (!fresh.isEmpty()) {
            assigned.addAll(fresh);
            listener.assigned(fresh);
            return new Polled(List.of(), Set.of());
        }
        List<PartitionRecords> read = new ArrayList<>();
        Set<OplogPartition> out = new HashSet<>();
        for (OplogPartition partition : topics.partitions()) {
            if (!paused.contains(partition) && positions.containsKey(partition)) {
                read(partition, read, out);
            }
        }
        return new Polled(read, out);
    }

    private void read(
            OplogPartition partition, List<PartitionRecords> read, Set<OplogPartition> out) {
        List<PublishedRecord> records =
                topics.read(partition, positions.get(partition), random.nextInt(20));
        if (records == null) {
            out.add(partition);
        } else if (!records.isEmpty()) {
            positions.put(partition, records.get(records.size() - 1).offset() + 1);
            read.add(new PartitionRecords(partition, records));
        }
    }

    /** True if every topic was read to its end. */
    boolean isAtEnd() {
        return topics.partitions().stream()
                .allMatch(
                        p -> {
                            List<PublishedRecord> left =
                                    topics.read(p, positions.getOrDefault(p, 0L), 1);
                            return positions.containsKey(p) && left != null && left.isEmpty();
                        });
    }

    @Override
    public long waiting(OplogPartition partition) {
        Long position = positions.get(partition);
        List<PublishedRecord> left =
                position == null ? null : topics.read(partition, position, Integer.MAX_VALUE);
        return left == null ? 0 : left.size();
    }

    @Override
    public Optional<Duration> unheard() {
        return Optional.empty();
    }

    @Override
    public void seek(OplogPartition partition, long offset) {
        positions.put(partition, offset);
    }

    @Override
    public void pauseOnly(Set<OplogPartition> partitions) {
        paused = Set.copyOf(partitions);
    }

    @Override
    public void commit(OplogPartition partition, long nextOffset) {
        // Committed offsets decide nothing.
    }

    @Override
    public void wakeup() {
        // poll never waits.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
