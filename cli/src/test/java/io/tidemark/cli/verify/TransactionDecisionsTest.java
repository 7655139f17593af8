package io.tidemark.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the oplogs of several shards say of the same prepared transaction. */
class TransactionDecisionsTest {
    private static final String PREPARE = "{applyOps: [], prepare: true}";
    @TempDir private Path folder;

    @Test
    void agreeingShardsAreSoundThoughTheirCommitEntriesDiffer() throws IOException {
        imports("a", prepared(10), commit(14, 12));
        imports("b", prepared(12), commit(17, 12));

        CommandRun run = verified();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.json().get("undecided")).isEmpty();
    }

    @Test
    void twoCommitTimestampsAreAProblem() throws IOException {
        imports("a", prepared(10), commit(14, 12));
        imports("b", prepared(12), commit(17, 13));

        CommandRun run = verified();

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.json().at("/problems/0/what").asText()).contains("two commit timestamps");
        assertThat(run.json().get("problems")).hasSize(1);
    }

    @Test
    void aCommitHereAndAnAbortThereIsAProblem() throws IOException {
        imports("a", prepared(10), commit(14, 12));
        imports("b", prepared(12), entry(17, "{abortTransaction: 1}"));

        CommandRun run = verified();

        assertThat(run.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(run.json().at("/problems/0/what").asText())
                .contains("ended differently")
                .contains("a=committed")
                .contains("b=aborted");
    }

    @Test
    void oneWithoutAnyOutcomeIsNamedAndNoProblem() throws IOException {
        imports("a", prepared(10), noop(20));
        imports("b", prepared(12), noop(20));

        CommandRun run = verified();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
        JsonNode undecided = run.json().get("undecided");
        assertThat(undecided).hasSize(1);
        assertThat(undecided.at("/0/preparedAt/a").asText()).isEqualTo("100:10");
        assertThat(undecided.at("/0/preparedAt/b").asText()).isEqualTo("100:12");
    }

    @Test
    void anOutcomeOnOneShardIsEnough() throws IOException {
        imports("a", prepared(10), commit(14, 12));
        imports("b", prepared(12), noop(20));

        assertThat(verified().json().get("undecided")).isEmpty();
    }

    @Test
    void theSameNumberTriedAgainAfterAnAbortIsAnotherTransaction() throws IOException {
        imports(
                "a",
                prepared(10),
                entry(11, "{abortTransaction: 1}"),
                prepared(20),
                commit(24, 22));
        imports("b", prepared(22), commit(25, 22));

        CommandRun run = verified();

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    private void imports(String replicaSet, BsonDocument... entries) throws IOException {
        Path file = folder.resolve(replicaSet + ".bson");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (BsonDocument entry : entries) {
            RawBsonDocument raw = new RawBsonDocument(entry, new BsonDocumentCodec());
            bytes.write(raw.getByteBuffer().array(), 0, raw.getByteBuffer().remaining());
        }
        Files.write(file, bytes.toByteArray());
        CommandRun run =
                CommandRun.of(
                        "import",
                        "--json",
                        "--cluster=shop",
                        "--bucket=file:" + folder.resolve("bucket"),
                        "--replica-set=" + replicaSet,
                        "--oplog=" + file);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void oplogsWithoutABaseRestoreNothingUnlessTheBasesLieElsewhere() throws IOException {
        imports("a", prepared(10), commit(14, 12));

        CommandRun alone = verify();
        CommandRun beside = verify("--base=external");

        assertThat(alone.exitCode()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(alone.json().get("problems")).hasSize(1);
        assertThat(alone.json().at("/problems/0/key").asText()).endsWith("/oplog/a/");
        assertThat(alone.json().at("/problems/0/means").asText()).contains("can be restored");
        assertThat(beside.exitCode()).as(beside.err()).isEqualTo(ExitCode.DONE);
    }

    /** Of oplogs alone. */
    private CommandRun verified() {
        return verify("--base=external");
    }

    private CommandRun verify(String... further) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        "verify",
                                        "--json",
                                        "--cluster=shop",
                                        "--bucket=file:" + folder.resolve("bucket")),
                                Stream.of(further))
                        .toArray(String[]::new));
    }

    private static BsonDocument prepared(int increment) {
        BsonDocument entry = entry(increment, PREPARE);
        entry.put(
                "prevOpTime",
                BsonDocument.parse("{ts: {$timestamp: {t: 0, i: 0}}, t: {$numberLong: '-1'}}"));
        return entry;
    }

    private static BsonDocument commit(int increment, int timestamp) {
        return entry(
                increment,
                "{commitTransaction: 1, commitTimestamp: {$timestamp: {t: 100, i: "
                        + timestamp
                        + "}}}");
    }

    private static BsonDocument noop(int increment) {
        BsonDocument entry = BsonDocument.parse("{op: 'n', ns: '', o: {msg: 'periodic noop'}}");
        entry.putAll(times(increment));
        return entry;
    }

    private static BsonDocument entry(int increment, String o) {
        BsonDocument entry =
                BsonDocument.parse(
                        "{op: 'c', ns: 'admin.$cmd', lsid: {id: 1}, txnNumber: {$numberLong: '3'},"
                                + " o: "
                                + o
                                + "}");
        entry.putAll(times(increment));
        return entry;
    }

    private static BsonDocument times(int increment) {
        return BsonDocument.parse(
                "{ts: {$timestamp: {t: 100, i: "
                        + increment
                        + "}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}}");
    }
}
