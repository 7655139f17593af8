package io.tidemark.capture.shards;

import io.tidemark.capture.publish.TopicMisconfiguredException;
import io.tidemark.capture.publish.TopicUnavailableException;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again which replica sets there are, and makes a topic for each new one; the topic
 * then finds its owner through the consumer group. Every agent does so: creating a topic twice is
 * harmless, and no agent must be special. Topics of shards that left are kept.
 */
public final class ShardWatch {
    private static final Logger LOGGER = LoggerFactory.getLogger(ShardWatch.class);

    private final ShardDirectory directory;
    private final Consumer<ReplicaSet> ensureTopic;
    private final Set<ReplicaSet> withTopic = new HashSet<>();
    private volatile SourceSets last = SourceSets.UNKNOWN;
    private volatile Optional<String> error = Optional.empty();

    /**
     * @param ensureTopic makes the topic of a replica set; harmless when repeated
     */
    public ShardWatch(ShardDirectory directory, Consumer<ReplicaSet> ensureTopic) {
        this.directory = directory;
        this.ensureTopic = ensureTopic;
    }

    /** What was seen last; from any thread. */
    public SourceSets last() {
        return last;
    }

    /** What stands in the way; from any thread. */
    public Optional<String> error() {
        return error;
    }

    /** Looks once. A failure keeps what was seen last. */
    public void step() {
        try {
            SourceSets now = SourceSets.of(directory.current());
            now.byName().keySet().forEach(this::ensure);
            tellChanges(now);
            last = now;
            error = Optional.empty();
        } catch (SourceUnavailableException | TopicUnavailableException e) {
            failed(e, false);
        } catch (SourceRefusedException | TopicMisconfiguredException e) {
            failed(e, true);
        }
    }

    private void ensure(ReplicaSet replicaSet) {
        if (withTopic.contains(replicaSet)) {
            return;
        }
        ensureTopic.accept(replicaSet);
        withTopic.add(replicaSet);
    }

    private void tellChanges(SourceSets now) {
        now.byName()
                .forEach(
                        (name, set) -> {
                            if (last.find(name).isEmpty()) {
                                LOGGER.atInfo()
                                        .addKeyValue("replicaSet", name)
                                        .addKeyValue("shard", set.shardId().orElse("-"))
                                        .addKeyValue("configServer", set.isConfigServer())
                                        .log("Replica set found");
                            }
                        });
        for (ReplicaSet name : last.byName().keySet()) {
            if (now.find(name).isEmpty()) {
                LOGGER.atInfo()
                        .addKeyValue("replicaSet", name)
                        .log("Replica set has left the cluster; its topic is kept");
            }
        }
    }

    private void failed(RuntimeException e, boolean needsPerson) {
        if (!error.equals(Optional.of(e.getMessage()))) {
            (needsPerson ? LOGGER.atError() : LOGGER.atWarn())
                    .addKeyValue("error", e.getMessage())
                    .log("Can't tell which replica sets there are; trying again");
        }
        error = Optional.of(String.valueOf(e.getMessage()));
    }
}
