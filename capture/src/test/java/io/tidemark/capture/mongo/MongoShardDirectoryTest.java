package io.tidemark.capture.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.WriteContext;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

class MongoShardDirectoryTest {
    private static List<SourceSet> lookup(SimulatedReplicaSet set) {
        MongoAccess access =
                new MongoAccess(new ConnectionString(set.uri()), Duration.ofSeconds(2));
        try (MongoShardDirectory directory = new MongoShardDirectory(access)) {
            return directory.current();
        }
    }

    private static void addShard(SimulatedReplicaSet config, String id, String host) {
        BsonDocument line =
                new BsonDocument("_id", new BsonString(id)).append("host", new BsonString(host));
        config.primary().insert("config.shards", List.of(line), WriteContext.plain());
    }

    @Test
    void shardsAreFoundFromTheConfigServers() {
        try (SimulatedReplicaSet config =
                SimulatedReplicaSet.builder("cfg").configServer(true).members(3).start()) {
            addShard(config, "shardA", "rs0/h1:27018,h2:27018");
            addShard(config, "shardB", "rs1/h3:27018");

            List<SourceSet> sets = lookup(config);
            assertThat(sets)
                    .extracting(SourceSet::replicaSet)
                    .containsExactly(
                            new ReplicaSet("cfg"), new ReplicaSet("rs0"), new ReplicaSet("rs1"));
            assertThat(sets.get(0).role()).isEqualTo(ReplicaSetRole.CONFIG_SERVER);
            assertThat(sets.get(1).role()).isEqualTo(ReplicaSetRole.shard("shardA"));
            assertThat(sets.get(1).seeds()).containsExactly("h1:27018", "h2:27018");
        }
    }

    @Test
    void configServersThatAreAShardTooAreOneReplicaSet() {
        try (SimulatedReplicaSet config =
                SimulatedReplicaSet.builder("cfg").configServer(true).start()) {
            addShard(config, "config", config.connectionString());
            assertThat(lookup(config))
                    .singleElement()
                    .satisfies(
                            set -> {
                                assertThat(set.isConfigServer()).isTrue();
                                assertThat(set.shardId()).isEqualTo(Optional.of("config"));
                            });
        }
    }

    @Test
    void shardsAreFoundThroughARouter() {
        try (SimulatedReplicaSet router = SimulatedReplicaSet.builder("cfg").start()) {
            addShard(router, "shardA", "rs0/h1:27018");
            router.onCommand("hello", command -> routersHello());
            router.onCommand("isMaster", command -> routersHello());
            router.onCommand(
                    "getShardMap",
                    command ->
                            new BsonDocument(
                                    "map",
                                    new BsonDocument("config", new BsonString("csrs/c1:27019"))));
            assertThat(lookup(router))
                    .extracting(SourceSet::role)
                    .containsExactly(ReplicaSetRole.CONFIG_SERVER, ReplicaSetRole.shard("shardA"));
        }
    }

    private static BsonDocument routersHello() {
        return new BsonDocument("msg", new BsonString("isdbgrid"))
                .append("isWritablePrimary", org.bson.BsonBoolean.TRUE)
                .append("ismaster", org.bson.BsonBoolean.TRUE)
                .append("helloOk", org.bson.BsonBoolean.TRUE)
                .append("minWireVersion", new BsonInt32(0))
                .append("maxWireVersion", new BsonInt32(13))
                .append("logicalSessionTimeoutMinutes", new BsonInt32(30))
                .append("maxBsonObjectSize", new BsonInt32(16 << 20))
                .append("maxMessageSizeBytes", new BsonInt32(48_000_000))
                .append("maxWriteBatchSize", new BsonInt32(100_000));
    }

    @Test
    void aReplicaSetWithoutAClusterIsItsOwnOnlyShard() {
        try (SimulatedReplicaSet set = SimulatedReplicaSet.builder("rs0").members(2).start()) {
            assertThat(lookup(set))
                    .singleElement()
                    .satisfies(
                            s -> {
                                assertThat(s.role()).isEqualTo(ReplicaSetRole.shard("rs0"));
                                assertThat(s.seeds()).hasSize(2);
                            });
        }
    }

    @Test
    void oneShardOfAClusterIsRefusedAsItWouldLookLikeAWholeBackup() {
        try (SimulatedReplicaSet shard = SimulatedReplicaSet.builder("rs0").start()) {
            BsonDocument identity =
                    new BsonDocument("_id", new BsonString("shardIdentity"))
                            .append("configsvrConnectionString", new BsonString("cfg/c1:27019"));
            shard.primary().insert("admin.system.version", List.of(identity), WriteContext.plain());
            assertThatThrownBy(() -> lookup(shard))
                    .isInstanceOf(SourceRefusedException.class)
                    .hasMessageContaining("cfg/c1:27019");
        }
    }
}
