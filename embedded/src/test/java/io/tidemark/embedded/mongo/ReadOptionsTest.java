package io.tidemark.embedded.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How backup tools read: by UUID, by hints and bounds, with tokens to resume from. Each command is
 * tried on the stand-in, and on a real server where one is there.
 */
class ReadOptionsTest {
    private static final String DATABASE = "tidemark_options";
    private static SimulatedReplicaSet set;
    private static MongoClient client;

    @BeforeAll
    static void start() {
        set = SimulatedReplicaSet.builder("rs0").version(ServerVersion.V8_0).start();
        fill(command -> set.primary().run(DATABASE, command));
        String uri = System.getenv("TIDEMARK_TEST_MONGO");
        if (uri != null) {
            client = MongoClients.create(uri);
            client.getDatabase(DATABASE).drop();
            fill(ReadOptionsTest::onServer);
        }
    }

    @AfterAll
    static void stop() {
        set.close();
        if (client != null) {
            client.getDatabase(DATABASE).drop();
            client.close();
        }
    }

    private static BsonDocument onServer(BsonDocument command) {
        try {
            return client.getDatabase(DATABASE).runCommand(command, BsonDocument.class);
        } catch (MongoCommandException refused) {
            return refused.getResponse();
        }
    }

    private static void fill(Function<BsonDocument, BsonDocument> server) {
        for (String command :
                new String[] {
                    "{insert: 't', documents: [{_id: 5, a: 2}, {_id: 1, a: 1}, {_id: 4, a: 1},"
                            + " {_id: 2, a: 2}, {_id: 'x', a: 0}, {_id: 3, a: 0}]}",
                    "{createIndexes: 't', indexes: [{key: {a: 1}, name: 'a_1'}]}",
                    "{create: 'clustered', clusteredIndex: {key: {_id: 1}, unique: true}}",
                    "{insert: 'clustered', documents: [{_id: 2}, {_id: 1}]}",
                    "{create: 'v', viewOn: 't', pipeline: []}"
                }) {
            assertThat(server.apply(BsonDocument.parse(command)).getNumber("ok").intValue())
                    .as(command)
                    .isEqualTo(1);
        }
    }

    static Stream<Arguments> commands() {
        return Stream.of(hints(), bounds(), tokens(), uuids(), facts()).flatMap(each -> each);
    }

    /** By a hint, or none. */
    private static Stream<Arguments> hints() {
        return Stream.of(
                Arguments.of("{find: 't', hint: {_id: 1}}", "1 2 3 4 5 x"),
                Arguments.of("{find: 't', hint: '_id_', limit: 2}", "1 2"),
                Arguments.of("{find: 't', hint: {$natural: 1}}", "5 1 4 2 x 3"),
                Arguments.of("{find: 't', hint: {$natural: -1}, limit: 2}", "3 x"),
                Arguments.of("{find: 't', hint: {a: 1}, sort: {_id: 1}}", "1 2 3 4 5 x"),
                Arguments.of("{find: 't', hint: {zz: 1}}", "refused 2"),
                Arguments.of("{find: 't', hint: 'zz_1'}", "refused 2"),
                Arguments.of("{find: 'none', hint: {zz: 1}}", ""),
                Arguments.of("{find: 'clustered', hint: {_id: 1}}", "1 2"),
                Arguments.of("{find: 't', filter: {_id: {$gte: 2, $lt: 4}}}", "2 3"),
                Arguments.of(
                        "{aggregate: 't', pipeline: [{$match: {_id: {$gt: 3}}}], hint: {_id: 1},"
                                + " cursor: {}}",
                        "4 5"),
                Arguments.of(
                        "{aggregate: 't', pipeline: [], hint: 'zz', cursor: {}}", "refused 2"));
    }

    /** Between bounds of an index. */
    private static Stream<Arguments> bounds() {
        return Stream.of(
                Arguments.of("{find: 't', min: {_id: 2}, hint: {_id: 1}}", "2 3 4 5 x"),
                Arguments.of("{find: 't', min: {_id: 2}, max: {_id: 5}, hint: {_id: 1}}", "2 3 4"),
                Arguments.of("{find: 't', max: {_id: 'x'}, hint: {_id: 1}}", "1 2 3 4 5"),
                Arguments.of(
                        "{find: 't', min: {_id: 2}, filter: {a: 2}, hint: {_id: 1}, limit: 1}",
                        "2"),
                Arguments.of("{find: 't', min: {_id: 2}}", "refused 291"),
                Arguments.of("{find: 't', min: {_id: 2}, hint: {$natural: 1}}", "refused 291"),
                Arguments.of("{find: 't', min: {b: 2}, hint: {_id: 1}}", "refused 51174"),
                Arguments.of("{find: 't', min: {_id: 2, a: 1}, hint: {_id: 1}}", "refused 51174"),
                Arguments.of(
                        "{find: 't', min: {_id: 4}, max: {_id: 2}, hint: {_id: 1}}",
                        "refused 51175"),
                Arguments.of(
                        "{find: 't', min: {_id: 4}, max: {_id: 4}, hint: {_id: 1}}",
                        "refused 51175"),
                Arguments.of(
                        "{find: 't', min: {_id: 4}, max: {a: 4}, hint: {_id: 1}}",
                        "refused 51176"));
    }

    /** From where a token says. */
    private static Stream<Arguments> tokens() {
        return Stream.of(
                Arguments.of(
                        "{find: 't', hint: {$natural: 1}, limit: 2, $_requestResumeToken: true}",
                        "5 1 then 2"),
                Arguments.of(
                        "{find: 't', hint: {$natural: 1}, $_requestResumeToken: true,"
                                + " $_resumeAfter: {$recordId: {$numberLong: '4'}}}",
                        "x 3 then null"),
                Arguments.of(
                        "{find: 't', hint: {$natural: 1}, $_requestResumeToken: true,"
                                + " $_resumeAfter: {$recordId: {$numberLong: '99'}}}",
                        "refused 211"),
                Arguments.of(
                        "{find: 't', hint: {$natural: 1}, $_requestResumeToken: true,"
                                + " $_resumeAfter: {x: 1}}",
                        "refused 2"),
                Arguments.of(
                        "{find: 't', hint: {$natural: 1}, $_resumeAfter: {$recordId:"
                                + " {$numberLong: '1'}}}",
                        "refused 2"),
                Arguments.of("{find: 't', $_requestResumeToken: true}", "refused 2"),
                Arguments.of(
                        "{find: 't', hint: {$natural: -1}, $_requestResumeToken: true}",
                        "refused 2"),
                Arguments.of(
                        "{find: 't', hint: {$natural: 1}, sort: {a: 1}, $_requestResumeToken:"
                                + " true}",
                        "refused 2"),
                Arguments.of(
                        "{find: 'none', hint: {$natural: 1}, $_requestResumeToken: true}", ""));
    }

    /** By UUID instead of by name. */
    private static Stream<Arguments> uuids() {
        return Stream.of(
                Arguments.of("{find: 'UUID', filter: {_id: 4}}", "4"),
                Arguments.of("{find: 'UNKNOWN'}", "refused 26"),
                Arguments.of("{count: 'UUID'}", "n 6"),
                Arguments.of("{listIndexes: 'UUID'}", "_id_ a_1"),
                Arguments.of("{aggregate: 'UUID', pipeline: [], cursor: {}}", "refused 73"));
    }

    /** What else backup tools ask for. */
    private static Stream<Arguments> facts() {
        return Stream.of(
                Arguments.of(
                        "{aggregate: 't', pipeline: [{$collStats: {count: {}}}], cursor: {}}",
                        "count 6"),
                Arguments.of(
                        "{aggregate: 'none', pipeline: [{$collStats: {count: {}}}], cursor: {}}",
                        "refused 26"),
                Arguments.of(
                        "{aggregate: 't', pipeline: [{$match: {}}, {$collStats: {count: {}}}],"
                                + " cursor: {}}",
                        "refused 40602"),
                Arguments.of("{currentOp: 1}", "refused 13"),
                Arguments.of("{listIndexes: 'v'}", "refused 166"),
                Arguments.of("{listIndexes: 'none'}", "refused 26"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void answersAsAServerDoes(String command, String expected) {
        assertThat(outcome(run -> set.primary().run(DATABASE, run), command)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aRealServerAnswersSo(String command, String expected) {
        assumeTrue(client != null, "Skipped: TIDEMARK_TEST_MONGO names no server to compare with");
        assertThat(outcome(ReadOptionsTest::onServer, command)).isEqualTo(expected);
    }

    private static String outcome(Function<BsonDocument, BsonDocument> server, String command) {
        BsonDocument sent = BsonDocument.parse(command);
        String name = sent.getFirstKey();
        if (sent.get(name).equals(new BsonString("UUID"))) {
            sent.put(name, uuid(server));
        } else if (sent.get(name).equals(new BsonString("UNKNOWN"))) {
            sent.put(name, new BsonBinary(new java.util.UUID(1, 2)));
        }
        BsonDocument reply = server.apply(sent);
        if (reply.getNumber("ok").intValue() != 1) {
            return "refused " + reply.getNumber("code").intValue();
        }
        return reply.containsKey("n")
                ? "n " + reply.getNumber("n").intValue()
                : found(reply.getDocument("cursor"));
    }

    private static BsonValue uuid(Function<BsonDocument, BsonDocument> server) {
        BsonDocument list = BsonDocument.parse("{listCollections: 1, filter: {name: 't'}}");
        return server.apply(list)
                .getDocument("cursor")
                .getArray("firstBatch")
                .get(0)
                .asDocument()
                .getDocument("info")
                .get("uuid");
    }

    private static String found(BsonDocument cursor) {
        StringBuilder line = new StringBuilder();
        BsonArray batch = cursor.getArray("firstBatch");
        for (BsonValue each : batch) {
            BsonDocument document = each.asDocument();
            String shown =
                    document.containsKey("_id")
                            ? plain(document.get("_id"))
                            : document.containsKey("name")
                                    ? plain(document.get("name"))
                                    : "count " + document.getNumber("count").intValue();
            line.append(line.length() == 0 ? "" : " ").append(shown);
        }
        if (cursor.containsKey("postBatchResumeToken")) {
            BsonValue place = cursor.getDocument("postBatchResumeToken").get("$recordId");
            line.append(" then ").append(plain(place));
        }
        return line.toString();
    }

    private static String plain(BsonValue value) {
        if (value.isNull()) {
            return "null";
        }
        return value.isString()
                ? value.asString().getValue()
                : Long.toString(value.asNumber().longValue());
    }
}
