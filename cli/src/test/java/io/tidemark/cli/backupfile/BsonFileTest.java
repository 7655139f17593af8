package io.tidemark.cli.backupfile;

import static io.tidemark.cli.dump.DumpFiles.insert;
import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.dump.DumpFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.SnappyFramedOutputStream;

class BsonFileTest {
    private static final byte[] TWO_DOCUMENTS =
            DumpFiles.bytes(List.of(insert(10, 1, 1), insert(10, 2, 2)));

    @TempDir private Path folder;

    @Test
    void readsPlainAndCompressedFilesAlike() throws IOException {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(gzip)) {
            out.write(TWO_DOCUMENTS);
        }
        ByteArrayOutputStream snappy = new ByteArrayOutputStream();
        try (OutputStream out = new SnappyFramedOutputStream(snappy)) {
            out.write(TWO_DOCUMENTS);
        }

        assertThat(count(TWO_DOCUMENTS)).isEqualTo(2);
        assertThat(count(gzip.toByteArray())).isEqualTo(2);
        assertThat(count(Zstd.compress(TWO_DOCUMENTS))).isEqualTo(2);
        assertThat(count(snappy.toByteArray())).isEqualTo(2);
        assertThat(count(new byte[0])).isZero();
    }

    @Test
    void everyCutWithinADocumentIsNoticed() throws IOException {
        int whole = TWO_DOCUMENTS.length / 2;
        for (int length = 1; length < TWO_DOCUMENTS.length; length++) {
            byte[] cut = Arrays.copyOf(TWO_DOCUMENTS, length);
            if (length == whole) {
                assertThat(count(cut)).isEqualTo(1);
            } else {
                refuses(cut, "cut off");
            }
        }
    }

    @Test
    void refusesWhatIsNotBson() {
        refuses("{\"ts\": 1}".getBytes(StandardCharsets.UTF_8), "no BSON document at byte 0");
        refuses(new byte[] {1, 0, 0, 0, 0, 0}, "no BSON document at byte 0");
    }

    @Test
    void refusesADocumentWhoseInsideIsBroken() {
        byte[] broken = TWO_DOCUMENTS.clone();
        broken[4] = 0x55;

        refuses(broken, "unknown BSON type");
    }

    @Test
    void aCompressedFileThatIsCutOffIsRefused() throws IOException {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(gzip)) {
            out.write(TWO_DOCUMENTS);
        }
        byte[] cut = Arrays.copyOf(gzip.toByteArray(), gzip.size() - 12);

        assertThatThrownBy(() -> count(cut)).isInstanceOf(CommandFailure.class);
    }

    @Test
    void aFileThatIsNotThereIsAWrongCommandLine() {
        assertThatThrownBy(() -> BsonFile.open(BackupFile.of(folder.resolve("missing.bson"))))
                .asInstanceOf(InstanceOfAssertFactories.type(CommandFailure.class))
                .extracting(CommandFailure::exitCode)
                .isEqualTo(ExitCode.USAGE);
    }

    private void refuses(byte[] content, String reason) {
        assertThatThrownBy(() -> count(content))
                .hasMessageContaining(reason)
                .asInstanceOf(InstanceOfAssertFactories.type(CommandFailure.class))
                .extracting(CommandFailure::exitCode)
                .isEqualTo(ExitCode.ARCHIVE_DAMAGED);
    }

    private long count(byte[] content) throws IOException {
        try (BsonFile file =
                BsonFile.open(BackupFile.of(write(folder.resolve("some.bson"), content)))) {
            while (file.next().isPresent()) {
                // Counting is the file's.
            }
            return file.documents();
        }
    }
}
