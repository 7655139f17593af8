package io.tidemark.cli.dump;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A bucket in a folder of files, and the verbs over it. */
record ImportedFiles(Path folder) {
    /** The oplog file, as replica set rs1's. */
    CommandRun imports(Path oplog, String... further) {
        return imports("rs1", Stream.concat(Stream.of("--oplog=" + oplog), Stream.of(further)));
    }

    /** The dump, as replica set rs0's. */
    CommandRun importsDump(Path dump, String... further) {
        return imports("rs0", Stream.concat(Stream.of("--dump=" + dump), Stream.of(further)));
    }

    private CommandRun imports(String replicaSet, Stream<String> further) {
        return CommandRun.of(
                Stream.concat(
                                Stream.of(
                                        "import",
                                        "--json",
                                        "--cluster=pbm",
                                        "--bucket=file:" + bucket(),
                                        "--replica-set=" + replicaSet),
                                further)
                        .toArray(String[]::new));
    }

    JsonNode verify() {
        return CommandRun.of("verify", "--json", "--cluster=pbm", "--bucket=file:" + bucket())
                .json();
    }

    /** Of the bucket, in order. */
    List<Path> objects() throws IOException {
        if (!Files.exists(bucket())) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(bucket())) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path bucket() {
        return folder.resolve("bucket");
    }
}
