package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.SharedData;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Oplogs that other tools' authors recorded leave in servers what they leave in memory. */
final class RecordedOplogsIntoServersTest {
    private static final List<String> KEPT = List.of("admin", "config", "local");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collMod",
                "collMod_with_hidden",
                "commit_index",
                "commit_indexes_build",
                "create_index",
                "create_indexes",
                "drop_collection",
                "drop_db",
                "drop_index",
                "dump_local_oplog",
                "dump_oplog_conflict",
                "dump_with_noop",
                "oplog_ignore_index",
                "oplogdump",
                "vectored_insert",
                "ops_n",
                "ops_cmd_create_drop",
                "ops_admin_databases",
                "ops_i_u_d"
            })
    void leaveTheSameInASimulatedServer(String file) throws IOException {
        List<OplogEntry> oplog = oplog(file);
        try (SimulatedReplicaSet set =
                SimulatedReplicaSet.builder("target").version(ServerVersion.V8_0).start()) {
            requireSame(set.uri(), oplog);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collMod",
                "collMod_with_hidden",
                "commit_index",
                "commit_indexes_build",
                "create_index",
                "create_indexes",
                "drop_collection",
                "drop_db",
                "drop_index",
                "dump_local_oplog",
                "dump_oplog_conflict",
                "dump_with_noop",
                "oplog_ignore_index",
                "oplogdump",
                "vectored_insert",
                "ops_n",
                "ops_cmd_create_drop",
                "ops_admin_databases",
                "ops_i_u_d"
            })
    void leaveTheSameInARealServer(String file) throws IOException {
        List<OplogEntry> oplog = oplog(file);
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty(uri);
        requireSame(uri, oplog);
        empty(uri);
    }

    private static void requireSame(String uri, List<OplogEntry> oplog) {
        MemoryTarget memory = new MemoryTarget();
        replay(memory, oplog);
        Map<String, List<String>> wanted = new TreeMap<>();
        memory.collections()
                .keySet()
                .forEach(name -> wanted.put(name.toString(), texts(memory.documents(name))));
        Map<String, List<String>> found = new TreeMap<>();
        try (MongoTarget server = new MongoTarget(uri, RestoreOptions.defaults())) {
            replay(server, oplog);
            for (Namespace name : server.inspect().collections()) {
                if (!KEPT.contains(name.database())) {
                    List<RawDocument> documents = new ArrayList<>();
                    server.scan(name, d -> documents.add(RawDocument.of(d.toBytes())));
                    found.put(name.toString(), texts(documents));
                }
            }
        }
        assertThat(found).isEqualTo(wanted);
    }

    private static void replay(ReplayTarget target, List<OplogEntry> oplog) {
        ReplayStart start =
                new ReplayStart(
                        new ReplicaSet("rs"),
                        NamespaceRules.shard(),
                        ClusterTime.ZERO,
                        ClusterTime.MAX,
                        true);
        try (ShardReplay replay =
                new ShardReplay(
                        start,
                        target,
                        new MemoryTarget(),
                        at -> {
                            throw new AssertionError("nothing is large enough to be read again");
                        },
                        RestoreOptions.defaults())) {
            oplog.forEach(replay::apply);
            replay.finish();
        }
    }

    private static List<OplogEntry> oplog(String file) throws IOException {
        List<RawDocument> entries = new ArrayList<>();
        if (file.startsWith("ops_")) {
            String json = Files.readString(SharedData.path("pbm-ops/" + file + ".json"));
            BsonArray.parse(json).forEach(e -> entries.add(BsonFiles.raw(e.asDocument())));
        } else {
            String name = file + (file.equals("dump_local_oplog") ? ".oplog.rs" : ".oplog");
            entries.addAll(BsonFiles.documents(SharedData.path("mongo-tools/" + name + ".bson")));
        }
        return entries.stream().map(OplogEntry::of).toList();
    }

    private static List<String> texts(List<RawDocument> documents) {
        return documents.stream().map(d -> HexFormat.of().formatHex(d.toBytes())).sorted().toList();
    }

    private static void empty(String uri) {
        try (MongoClient client = MongoClients.create(uri)) {
            for (String database : client.listDatabaseNames()) {
                if (!KEPT.contains(database)) {
                    client.getDatabase(database).drop();
                }
            }
        }
    }
}
