package io.tidemark.capture;

import com.mongodb.ConnectionString;
import io.tidemark.capture.mongo.CursorSettings;
import io.tidemark.capture.mongo.MongoAccess;
import io.tidemark.capture.mongo.MongoOplogSource;
import io.tidemark.capture.publish.EndTurn;
import io.tidemark.capture.publish.KafkaOplogTopic;
import io.tidemark.capture.publish.OplogTopicSettings;
import io.tidemark.capture.tail.OplogTailer;
import io.tidemark.capture.tail.ReadAheadThread;
import io.tidemark.capture.tail.ReadPreferences;
import io.tidemark.capture.tail.TailSettings;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import java.time.Duration;
import java.util.Map;

/** One tailer without the group: so that a test which kills it need not wait for a rebalance. */
final class TailerProcess {
    static final String READY = "tailer begins";

    private TailerProcess() {}

    /** Cluster, replica set, its URI, Kafka, registry. */
    public static void main(String[] args) {
        ReplicaSet replicaSet = new ReplicaSet(args[1]);
        MongoAccess access = new MongoAccess(new ConnectionString(args[2]), Duration.ofSeconds(2));
        OplogTopicSettings settings =
                new OplogTopicSettings(
                        (short) 1,
                        1,
                        Duration.ofDays(7),
                        "lz4",
                        32L << 20,
                        Map.of("bootstrap.servers", args[3]));
        OplogTailer tailer =
                new OplogTailer(
                        replicaSet,
                        ReplicaSetRole.shard(replicaSet.name()),
                        new MongoOplogSource(
                                replicaSet,
                                access.seeds(),
                                access,
                                ReadPreferences.DEFAULTS,
                                CursorSettings.DEFAULTS),
                        new KafkaOplogTopic(
                                new TopicNames(new ClusterName(args[0])),
                                replicaSet,
                                settings,
                                new ConfluentRestRegistry(RegistryConfig.parse(args[4])),
                                EndTurn.AT_ONCE),
                        TailSettings.DEFAULTS,
                        new SystemTailClock(),
                        ReadAheadThread.named("oplog-read", Duration.ofSeconds(1)));
        System.out.println(READY);
        while (tailer.step()) {
            // Until it is killed.
        }
    }
}
