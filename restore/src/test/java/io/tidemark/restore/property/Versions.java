package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.embedded.mongo.sharding.ClusterEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonTimestamp;

/**
 * Changes of the feature compatibility version, which the simulated cluster has no command for: the
 * config servers first into a transitional version, then each shard, then the shards out of it, the
 * config servers last.
 */
final class Versions {
    static final String KIND = "setFeatureCompatibilityVersion";
    private static final String NAMESPACE = "admin.system.version";
    private static final BsonDocument KEY =
            new BsonDocument("_id", new BsonString("featureCompatibilityVersion"));

    private final Life life;
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final Set<String> known = new HashSet<>();
    private boolean lowered;
    private BsonTimestamp begun;

    Versions(Life life) {
        this.life = life;
    }

    void begin() {
        if (!steps.isEmpty()) {
            return;
        }
        String current = life.cluster.version().featureCompatibilityVersion();
        String lower = (Integer.parseInt(current.substring(0, 1)) - 1) + ".0";
        String from = lowered ? lower : current;
        String to = lowered ? current : lower;
        lowered = !lowered;
        SimulatedReplicaSet config = life.cluster.config();
        List<SimulatedReplicaSet> shards =
                life.cluster.routing().shards().keySet().stream()
                        .map(id -> life.cluster.shards().get(id))
                        .toList();
        steps.add(() -> begun(transition(config, from, to)));
        shards.forEach(set -> steps.add(() -> transition(set, from, to)));
        shards.forEach(set -> steps.add(() -> version(set, to)));
        steps.add(() -> ended(version(config, to)));
    }

    void advance() {
        if (!steps.isEmpty()) {
            life.wrote(KIND + ", one step");
            // Each server was told by one that had finished the step before.
            life.cluster.noopEverywhere();
            steps.poll().run();
        }
    }

    private void begun(BsonTimestamp at) {
        begun = at;
        life.others.add(new ClusterEvent(KIND, "", at, null));
    }

    private void ended(BsonTimestamp at) {
        life.others.remove(life.others.size() - 1);
        life.others.add(new ClusterEvent(KIND, "", begun, at));
    }

    private BsonTimestamp transition(SimulatedReplicaSet set, String from, String to) {
        if (known.add(set.name())) {
            // A server has one from its first start.
            BsonDocument first = KEY.clone().append("version", new BsonString(from));
            set.primary().insert(NAMESPACE, List.of(first), WriteContext.plain());
        }
        return write(
                set,
                KEY.clone()
                        .append("version", new BsonString(from))
                        .append("targetVersion", new BsonString(to)));
    }

    private BsonTimestamp version(SimulatedReplicaSet set, String to) {
        return write(set, KEY.clone().append("version", new BsonString(to)));
    }

    private static BsonTimestamp write(SimulatedReplicaSet set, BsonDocument document) {
        return set.primary()
                .update(NAMESPACE, KEY, document, false, false, WriteContext.plain())
                .at();
    }
}
