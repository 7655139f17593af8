package io.tidemark.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.kafka.EmbeddedKafka;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.registry.EmbeddedRegistry;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import io.tidemark.schemas.wire.RecordSerializer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same questions to the bucket and to the topics. */
class AuditCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    @TempDir private static Path folder;
    private static WrittenOplogs oplogs;
    private static EmbeddedKafka kafka;
    private static EmbeddedRegistry registry;
    private static KafkaProducer<byte[], byte[]> producer;
    private static RecordSerializer<OplogRecord> values;

    @BeforeAll
    static void write() {
        oplogs = new WrittenOplogs();
        oplogs.write();
        kafka = new EmbeddedKafka(folder.resolve("kafka")).start();
        registry = EmbeddedRegistry.inMemory().start();
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        values = serializer();
        createTopics();
        for (SimulatedReplicaSet set : List.of(oplogs.first, oplogs.second)) {
            archive(set);
            set.oplog().forEach(entry -> publish(set, entry));
        }
        producer.flush();
    }

    @AfterAll
    static void stop() {
        producer.close();
        kafka.close();
        registry.close();
        oplogs.close();
    }

    private static void createTopics() {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (Admin admin = Admin.create(client)) {
            List<NewTopic> topics =
                    Stream.of("rs0", "rs1")
                            .map(set -> new NewTopic(topic(set), 1, (short) 1))
                            .toList();
            admin.createTopics(topics)
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(3, TimeUnit.MINUTES)
                    .join();
        }
    }

    private static String topic(String set) {
        return new TopicNames(new ClusterName("c")).oplog(new ReplicaSet(set));
    }

    private static RecordSerializer<OplogRecord> serializer() {
        ConfluentRestRegistry client =
                new ConfluentRestRegistry(RegistryConfig.of(URI.create(registry.url().toString())));
        return new RecordSerializer<>(client, OplogRecord.getClassSchema());
    }

    private static void archive(SimulatedReplicaSet set) {
        Path file = WrittenOplogs.dump(set, folder.resolve(set.name() + ".bson"));
        CommandRun run =
                CommandRun.of(
                        "import",
                        "--cluster=c",
                        "--bucket=file:" + folder.resolve("bucket"),
                        "--replica-set=" + set.name(),
                        "--shard=" + set.name(),
                        "--no-timeline",
                        "--oplog=" + file);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    private static void publish(SimulatedReplicaSet set, RawBsonDocument entry) {
        byte[] bytes = new byte[entry.getByteBuffer().remaining()];
        entry.getByteBuffer().get(bytes);
        send(set.name(), OplogRecords.of(OplogEntry.of(bytes), Incarnation.UNKNOWN));
    }

    private static void send(String set, OplogRecord record) {
        String topic = topic(set);
        ProducerRecord<byte[], byte[]> sent =
                new ProducerRecord<>(topic, 0, null, values.serialize(topic, record));
        sent.headers()
                .add(OplogRecords.KIND_HEADER, bytes(record.getKind().name()))
                .add(OplogRecords.NAMESPACE_HEADER, bytes(record.getNs()));
        producer.send(sent);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "topics"})
    void findsACollectionsOperationsInTransactionsToo(String place) {
        List<JsonNode> lines = ask(place, "--ns=shop.orders");

        assertThat(shapes(lines))
                .containsExactlyInAnyOrder(
                        "rs0 c shop.$cmd",
                        "rs1 c shop.$cmd",
                        "rs0 i shop.orders",
                        "rs0 i shop.orders",
                        "rs1 i shop.orders",
                        "rs0 u shop.orders",
                        "rs0 c admin.$cmd [1]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "topics"})
    void findsADocumentsHistoryWhateverTheTypeOfItsNumber(String place) {
        List<JsonNode> lines = ask(place, "--ns=shop", "--id={\"$numberDouble\": \"7\"}");

        assertThat(shapes(lines))
                .containsExactly("rs0 i shop.orders", "rs0 u shop.orders", "rs0 c admin.$cmd [1]");
        assertThat(lines.get(1).at("/entry/o/diff/u/what").asText()).isEqualTo("b");
        assertThat(lines.get(0).at("/entry/o/_id/$numberInt").asText()).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "topics"})
    void findsWhatDroppedOrRenamedACollection(String place) {
        assertThat(shapes(ask(place, "--ns=shop.drafts", "--op=c")))
                .containsExactlyInAnyOrder(
                        "rs0 c shop.$cmd", "rs1 c shop.$cmd", "rs1 c shop.$cmd", "rs0 c shop.$cmd");
        assertThat(ask(place, "--ns=shop.kept"))
                .singleElement()
                .satisfies(
                        line -> assertThat(line.at("/entry/o/to").asText()).isEqualTo("shop.kept"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bucket", "topics"})
    void findsATransactionAndTimes(String place) {
        assertThat(shapes(ask(place, "--transaction=" + WrittenOplogs.SESSION + ":3")))
                .containsExactly("rs0 c admin.$cmd [0, 1]");
        assertThat(ask(place, "--transaction=" + WrittenOplogs.SESSION + ":4")).isEmpty();
        List<JsonNode> all = ask(place);
        ClusterTime at = ClusterTime.parse(all.get(2).get("clusterTime").asText()).orElseThrow();
        assertThat(ask(place, "--from=" + at, "--to=" + at))
                .allMatch(line -> line.get("clusterTime").asText().equals(at.toString()))
                .isNotEmpty();
        assertThat(ask(place, "--op=n"))
                .isNotEmpty()
                .allMatch(l -> l.get("op").asText().equals("n"));
    }

    @Test
    void theBucketIsReadInTheOrderOfClusterTime() {
        List<ClusterTime> times =
                ask("bucket", "--op=i", "--op=u", "--op=d", "--op=c", "--op=n").stream()
                        .map(l -> ClusterTime.parse(l.get("clusterTime").asText()).orElseThrow())
                        .toList();

        assertThat(times).isSorted();
        assertThat(times).hasSize(oplogs.first.oplog().size() + oplogs.second.oplog().size());
    }

    @Test
    void wordsAreForPeople() {
        CommandRun run =
                run("bucket", "--ns=shop.orders", "--op=u", "--replica-set=rs0", "--limit=1");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.out()).contains("rs0  u  shop.orders  {\"_id\": 7} ").hasLineCount(1);
        assertThat(run.err()).contains("1 line, as asked for");
    }

    @Test
    void followsWhatIsWrittenFromNowOnAndTellsGaps() throws Exception {
        CompletableFuture<CommandRun> following =
                CompletableFuture.supplyAsync(
                        () -> run("topics", "--follow", "--json", "--ns=live", "--limit=2"));
        for (int i = 0; i < 4_000 && !following.isDone(); i++) {
            // What comes before it listens is passed over: so it is written again and again.
            ClusterTime at = new ClusterTime(1_800_000_000L + i, 1);
            send(
                    "rs1",
                    OplogRecords.gap(
                            new Gap(at, at.next(), "lost"), Optime.NONE, Incarnation.UNKNOWN));
            producer.flush();
            Thread.sleep(50);
        }

        List<JsonNode> lines = lines(following.get(2, TimeUnit.MINUTES));
        assertThat(lines).hasSize(2).allMatch(l -> l.get("kind").asText().equals("GAP"));
        assertThat(lines.get(0).get("reason").asText()).isEqualTo("lost");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--id=abc",
                "--op=x",
                "--transaction=nobody",
                "--from=20:1 --to=10:1",
                "--replica-set=rs7",
                "--follow"
            })
    void whatCantBeAskedIsAMistakeOfTheCommandLine(String options) {
        CommandRun run = run("bucket", options.split(" "));

        assertThat(run.exitCode()).as(run.out()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
    }

    private static List<String> shapes(List<JsonNode> lines) {
        List<String> shapes = new ArrayList<>();
        for (JsonNode line : lines) {
            String operations =
                    line.has("operations")
                            ? " " + line.get("operations").toString().replace(",", ", ")
                            : "";
            shapes.add(
                    line.get("replicaSet").asText()
                            + " "
                            + line.get("op").asText()
                            + " "
                            + line.get("ns").asText()
                            + operations);
        }
        return shapes;
    }

    private static List<JsonNode> ask(String place, String... options) {
        CommandRun run =
                run(
                        place,
                        Stream.concat(Stream.of("--json"), Stream.of(options))
                                .toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        return lines(run).stream().filter(l -> !l.get("kind").asText().equals("GAP")).toList();
    }

    private static List<JsonNode> lines(CommandRun run) {
        return run.out().lines().map(AuditCommandTest::parsed).toList();
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(line, notJson);
        }
    }

    private static CommandRun run(String place, String... options) {
        Stream<String> where =
                place.equals("bucket")
                        ? Stream.of("--bucket=file:" + folder.resolve("bucket"))
                        : Stream.of(
                                "--kafka=" + kafka.bootstrapServers(),
                                "--registry=" + registry.url());
        return CommandRun.of(
                Stream.of(Stream.of("audit", "--cluster=c"), where, Stream.of(options))
                        .flatMap(each -> each)
                        .toArray(String[]::new));
    }
}
