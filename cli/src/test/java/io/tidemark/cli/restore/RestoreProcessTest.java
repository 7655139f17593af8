package io.tidemark.cli.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.TidemarkMain;
import io.tidemark.embedded.mongo.CollectionDescription;
import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.CollectionWriter;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bson.BsonTimestamp;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command over an archive of a base and an oplog. As a process of its own it is killed three
 * times, while it loads the base, while it replays, and while it writes down where it stands: run
 * again, it goes on and ends with the true state.
 */
final class RestoreProcessTest {
    private static final ClusterName CLUSTER = new ClusterName("killed");
    private static final int IN_BASE = 12_000;
    private static final int IN_OPLOG = 12_000;
    @TempDir private Path folder;
    private SimulatedReplicaSet source;
    private SimulatedReplicaSet target;
    private ClusterTime end;

    @BeforeEach
    void archive() {
        source = SimulatedReplicaSet.builder("rs0").version(ServerVersion.V8_0).start();
        target = SimulatedReplicaSet.builder("rs0").version(ServerVersion.V8_0).start();
        try (MongoClient client = MongoClients.create(source.uri());
                ObjectStore bucket = new FileObjectStore(folder.resolve("bucket"))) {
            MongoDatabase shop = client.getDatabase("shop");
            shop.getCollection("orders").insertMany(documents(0, IN_BASE));
            base(bucket);
            write(client, shop);
            slices(bucket);
        }
    }

    @AfterEach
    void close() {
        target.close();
        source.close();
    }

    @Test
    void aKilledCommandGoesOnWhenItIsRunAgain() throws Exception {
        kill("shop.", IN_BASE / 4);
        kill("shop.", IN_BASE * 3 / 4);
        // What it keeps for the next run.
        kill("tidemark_restore.", 4);

        CommandRun last = CommandRun.of(words().toArray(String[]::new));

        assertThat(last.exitCode()).as(last.err()).isEqualTo(ExitCode.DONE);
        assertThat(last.json().get("verified").asBoolean()).isTrue();
        assertThat(state(target)).isEqualTo(state(source));
        assertThat(marks()).isEmpty();
    }

    @Test
    void anIndexThatCannotBeBuiltIsNamedAndTheDocumentsStay() {
        target.onCommand(
                "createIndexes",
                command -> {
                    throw new CommandFailure(ErrorCode.DuplicateKey, "E11000 duplicate key");
                });

        CommandRun run = CommandRun.of(words().toArray(String[]::new));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(run.json().get("verified").asBoolean()).isFalse();
        assertThat(run.json().get("problems").toString()).contains("s_1", "shop.orders", "E11000");
        Map<String, String> documents = state(source);
        documents.keySet().removeIf(key -> key.indexOf(' ') < 0);
        assertThat(state(target)).containsAllEntriesOf(documents);
    }

    @Test
    void aWriteThatTheTargetRefusesIsToldWithTheWayOn() {
        target.onCommand(
                "insert",
                command -> {
                    throw new CommandFailure(ErrorCode.Unauthorized, "not authorized");
                });

        CommandRun run = CommandRun.of(words().toArray(String[]::new));
        List<String> again = new ArrayList<>(words());
        again.add("--restart");
        CommandRun restarted = CommandRun.of(again.toArray(String[]::new));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.TARGET_REFUSED);
        assertThat(run.json().at("/error/message").asText())
                .contains("not authorized")
                .contains("What was written stays, marked as unfinished.")
                .contains("run the same command again, and it goes on")
                .endsWith("--restart takes back what was done and begins anew.");
        assertThat(restarted.json().at("/error/message").asText())
                .contains("run the same command again without --restart");
    }

    /** Starts the command as a process and kills it when it has changed so many documents there. */
    private void kill(String prefix, int afterChanges) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-cp");
        command.add(
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(TidemarkMain.class.getName());
        command.addAll(words());
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        AtomicInteger left = new AtomicInteger(afterChanges);
        target.observe(
                (collection, namespace, before, after, at, applied, fromMigrate) -> {
                    if (namespace.startsWith(prefix) && left.decrementAndGet() == 0) {
                        process.destroyForcibly();
                    }
                });
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(() -> text(log)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(left.get()).as(() -> text(log)).isLessThanOrEqualTo(0);
        assertThat(marks()).as("what says that a restore was cut off").isNotEmpty();
    }

    private static String text(Path log) {
        try {
            return "the command ended too early: " + Files.readString(log);
        } catch (IOException e) {
            return "the command ended too early, and its output can't be read: " + e;
        }
    }

    private List<String> words() {
        return List.of(
                "restore",
                "--json",
                "--cluster=" + CLUSTER,
                "--bucket=file:" + folder.resolve("bucket"),
                "--to=" + end,
                "--target=rs0=" + target.uri());
    }

    private static List<Document> documents(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> new Document("_id", i).append("n", i % 7).append("s", "x" + i))
                .toList();
    }

    /** More documents, deltas, deletes, a transaction, a unique index, and a rename at the end. */
    private static void write(MongoClient client, MongoDatabase shop) {
        MongoCollection<Document> orders = shop.getCollection("orders");
        orders.createIndex(Indexes.ascending("s"), new IndexOptions().unique(true));
        shop.getCollection("first").insertMany(documents(0, 50));
        for (int i = 0; i < 20; i++) {
            orders.insertMany(documents(IN_BASE + i * IN_OPLOG / 20, IN_OPLOG / 20));
            orders.updateMany(Filters.lt("_id", 40), Updates.set("step" + i % 5, i));
            orders.updateMany(Filters.lt("_id", 40), Updates.unset("step" + (i + 2) % 5));
            orders.deleteOne(Filters.eq("_id", 1_000 + i));
        }
        try (ClientSession session = client.startSession()) {
            session.startTransaction();
            orders.updateMany(session, Filters.lt("_id", 10), Updates.inc("n", 100));
            orders.insertOne(session, new Document("_id", -1).append("s", "last"));
            session.commitTransaction();
        }
        shop.getCollection("first")
                .renameCollection(new com.mongodb.MongoNamespace("shop", "moved"));
    }

    /** What is there now, read at once. */
    private void base(ObjectStore bucket) {
        ClusterTime now = last(source.oplog());
        Namespace orders = Namespace.of("shop.orders");
        BasePlace place =
                new BasePlace(CLUSTER, Incarnation.UNKNOWN, "base", new ReplicaSet("rs0"));
        var listed = source.oracle().collectionsAt(now.toBson()).get(orders.toString());
        try (CollectionWriter writer =
                new CollectionWriter(
                        bucket, place, listed.uuid(), FrameOptions.defaults(), 1 << 18)) {
            source.oracle()
                    .documentsAt(listed.uuid(), now.toBson())
                    .forEach(document -> writer.add(raw(document)));
            BaseCollection stored =
                    new BaseCollection(
                            orders,
                            listed.uuid(),
                            true,
                            BaseCollection.Type.COLLECTION,
                            raw(new RawBsonDocument(new byte[] {5, 0, 0, 0, 0})),
                            List.of(),
                            writer.finish());
            new BaseManifest(
                            place,
                            BaseMethod.SNAPSHOT,
                            now,
                            now,
                            Optional.of(now),
                            Optional.empty(),
                            Optional.of("8.0.0"),
                            Optional.empty(),
                            List.of(stored))
                    .putTo(bucket);
        }
    }

    private void slices(ObjectStore bucket) {
        List<RawBsonDocument> oplog = source.oplog();
        end = last(oplog);
        SliceStart start =
                new SliceStart(
                        CLUSTER,
                        Incarnation.UNKNOWN,
                        new ReplicaSet("rs0"),
                        Optional.empty(),
                        ClusterTime.ZERO,
                        List.of());
        try (SliceWriter writer = new SliceWriter(start, FrameOptions.defaults())) {
            oplog.forEach(entry -> writer.add(OplogEntry.of(raw(entry))));
            try (SealedSlice slice = writer.seal()) {
                slice.putTo(bucket);
            }
        }
    }

    private static ClusterTime last(List<RawBsonDocument> oplog) {
        BsonTimestamp at = oplog.get(oplog.size() - 1).getTimestamp("ts");
        return ClusterTime.of(at);
    }

    private static RawDocument raw(RawBsonDocument document) {
        byte[] bytes = new byte[document.getByteBuffer().remaining()];
        document.getByteBuffer().get(bytes);
        return RawDocument.of(bytes);
    }

    private List<String> marks() {
        return collections(target).keySet().stream()
                .filter(name -> name.startsWith("tidemark_restore."))
                .toList();
    }

    private static Map<String, CollectionDescription> collections(SimulatedReplicaSet set) {
        return set.oracle().collectionsAt(set.primary().clusterTime());
    }

    /** Documents in every byte, UUIDs and indexes of the user's collections. */
    private static Map<String, String> state(SimulatedReplicaSet set) {
        Map<String, String> state = new TreeMap<>();
        collections(set)
                .forEach(
                        (name, collection) -> {
                            if (name.startsWith("shop.")) {
                                state.put(name, collection.uuid() + " " + collection.indexes());
                                set.oracle()
                                        .documentsAt(collection.uuid(), set.primary().clusterTime())
                                        .forEach(d -> put(state, name, d));
                            }
                        });
        return state;
    }

    private static void put(Map<String, String> state, String name, RawBsonDocument document) {
        String bytes = HexFormat.of().formatHex(raw(document).toBytes());
        state.put(name + " " + document.get("_id"), bytes);
    }
}
