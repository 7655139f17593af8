package io.tidemark.cli.pbm;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.tidemark.cli.CommandRun;
import io.tidemark.cli.ExitCode;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.s3.EmbeddedS3;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a bucket as Percona Backup lays it out to servers that hold what the cluster held. */
class PbmRestoreTest {
    @TempDir private Path folder;
    private final Map<String, SimulatedReplicaSet> targets = new TreeMap<>();

    @BeforeEach
    void startTargets() {
        for (String set : List.of("rs1", "rs2", "cfg")) {
            targets.put(set, SimulatedReplicaSet.builder("new-" + set).start());
        }
    }

    @AfterEach
    void stopTargets() {
        targets.values().forEach(SimulatedReplicaSet::close);
    }

    @Test
    void anOldBucketRestoresToJustBeforeATransactionOfBothShards() throws IOException {
        PbmFiles.in(folder.resolve("pbm")).version1();

        importThenRestore("file:" + folder.resolve("pbm"), "1644243375:4");

        assertThat(indexes("rs1")).isEqualTo("0 1 2 3 4 5 24 25 34 35");
        assertThat(indexes("rs2")).isEqualTo("195 196 295 296");
    }

    @Test
    void aNewBucketInS3RestoresToTheTransactionWhole() throws IOException {
        EmbeddedS3 s3 = EmbeddedS3.in(folder.resolve("s3")).start();
        try (s3) {
            s3.createBucket("backups");
            // The server keeps objects as files of their names.
            PbmFiles.in(folder.resolve("s3/data/backups/pbm")).version2();
            System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
            System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
            String endpoint = URLEncoder.encode(s3.endpoint().toString(), StandardCharsets.UTF_8);

            importThenRestore(
                    "s3://backups/pbm?region=us-east-1&pathStyle=true&endpoint=" + endpoint,
                    "1644243375:5");
        } finally {
            System.clearProperty("aws.accessKeyId");
            System.clearProperty("aws.secretAccessKey");
        }

        assertThat(indexes("rs1")).isEqualTo("0 1 2 3 4 5 24 25");
        assertThat(indexes("rs2")).isEqualTo("195 196");
    }

    private void importThenRestore(String pbm, String to) {
        CommandRun imported =
                CommandRun.of(
                        "import",
                        "--json",
                        "--cluster=pbm",
                        "--bucket=file:" + folder.resolve("bucket"),
                        "--pbm=" + pbm);
        assertThat(imported.exitCode()).as(imported.err()).isEqualTo(ExitCode.DONE);
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "restore",
                                "--json",
                                "--cluster=pbm",
                                "--bucket=file:" + folder.resolve("bucket"),
                                "--to=" + to));
        targets.forEach((set, target) -> words.add("--target=" + set + "=" + target.uri()));
        CommandRun restored = CommandRun.of(words.toArray(String[]::new));
        assertThat(restored.exitCode()).as(restored.err()).isEqualTo(ExitCode.DONE);
        assertThat(restored.json().get("verified").asBoolean()).isTrue();
    }

    private String indexes(String set) {
        try (MongoClient client = MongoClients.create(targets.get(set).uri())) {
            List<Integer> found = new ArrayList<>();
            client.getDatabase("trx")
                    .getCollection("test")
                    .find()
                    .forEach(d -> found.add(((Number) d.get("idx")).intValue()));
            return String.join(
                    " ", found.stream().sorted().map(String::valueOf).toArray(String[]::new));
        }
    }
}
