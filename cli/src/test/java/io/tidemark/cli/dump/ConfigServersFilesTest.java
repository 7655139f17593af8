package io.tidemark.cli.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of the config servers that are given as a shard's. */
class ConfigServersFilesTest {
    @TempDir private Path folder;

    @Test
    void aDumpThatKnowsShardsIsNoShards() {
        Path dump = dump("{_id: 'rs0', host: 'rs0/a:1'}");

        CommandRun asShard = imports("--dump=" + dump);
        CommandRun own = imports("--dump=" + dump, "--config-server");

        assertThat(asShard.exitCode()).as(asShard.err()).isEqualTo(ExitCode.USAGE);
        assertThat(asShard.err()).contains("is of the config servers", "not of shard:rs0");
        assertThat(own.exitCode()).as(own.err()).isEqualTo(ExitCode.DONE);
    }

    /** Since 8.0 a replica set may be its own config servers, as the shard {@code config}. */
    @Test
    void aReplicaSetThatKnowsOnlyItselfAsAShardIsTaken() {
        Path dump = dump("{_id: 'config', host: 'rs0/a:1'}");
        Path oplog = oplog("{_id: 'x', shard: 'config', what: 'y'}");

        CommandRun run = imports("--dump=" + dump, "--oplog=" + oplog);

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void anOplogThatHoldsWhatShardsToldIsNoShards() {
        Path oplog = oplog("{_id: 'x', shard: 'rs0', what: 'moveChunk.start'}");

        CommandRun asShard = imports("--oplog=" + oplog);
        CommandRun own = imports("--oplog=" + oplog, "--config-server");

        assertThat(asShard.exitCode()).as(asShard.err()).isEqualTo(ExitCode.ARCHIVE_DAMAGED);
        assertThat(asShard.err()).contains("is of the config servers: the entry 11:1");
        assertThat(asShard.err()).contains("Give the oplog of shard:rs0, or --config-server");
        assertThat(own.exitCode()).as(own.err()).isEqualTo(ExitCode.DONE);
    }

    private Path dump(String shard) {
        Path dump = folder.resolve("dump");
        DumpFiles.write(dump.resolve("oplog.bson"), DumpFiles.noop(10, 1));
        DumpFiles.write(dump.resolve("config/shards.bson"), BsonDocument.parse(shard));
        return dump;
    }

    private Path oplog(String change) {
        return DumpFiles.write(
                folder.resolve("oplog"),
                DumpFiles.noop(10, 1),
                DumpFiles.entry(11, 1, "i", "config.changelog", BsonDocument.parse(change)));
    }

    private CommandRun imports(String... files) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        "import",
                                        "--cluster=c",
                                        "--bucket=file:" + folder.resolve("bucket"),
                                        "--no-timeline",
                                        "--replica-set=rs0"),
                                Stream.of(files))
                        .toArray(String[]::new));
    }
}
