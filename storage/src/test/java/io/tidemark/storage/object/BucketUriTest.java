package io.tidemark.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketUriTest {
    @ParameterizedTest
    @CsvSource({
        "file:/var/archive,/var/archive",
        "file:///var/archive,/var/archive",
        "file:archive,archive"
    })
    void readsDirectories(String text, String path) {
        assertThat(BucketUri.parse(text)).isEqualTo(new BucketUri.Directory(Path.of(path)));
    }

    @Test
    void readsEveryOptionOfS3() {
        String text =
                "s3://bucket/some/prefix?endpoint=http://host:9000&region=eu-1&pathStyle=true"
                        + "&timeout=5m";

        assertThat(BucketUri.parse(text))
                .isEqualTo(
                        new BucketUri.S3(
                                "bucket",
                                "some/prefix/",
                                Optional.of(URI.create("http://host:9000")),
                                Optional.of("eu-1"),
                                true,
                                Duration.ofMinutes(5)));
    }

    @Test
    void prefixAndOptionsMayBeAbsent() {
        assertThat(BucketUri.parse("s3://bucket"))
                .isEqualTo(
                        new BucketUri.S3(
                                "bucket",
                                "",
                                Optional.empty(),
                                Optional.empty(),
                                false,
                                Duration.ofSeconds(60)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/var",
                "http://x",
                "file:",
                "s3://",
                "s3://b?x=1",
                "s3://b?pathStyle=yes",
                "s3://b?endpoint=host:9000",
                "s3://b?region",
                "s3://b?timeout=60",
                "s3://b?timeout=999ms",
                "s3://b?timeout=61m"
            })
    void refusesWhatNamesNoBucketAndSaysHowToWriteOne(String text) {
        assertThatThrownBy(() -> BucketUri.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("s3://BUCKET/PREFIX");
    }

    @Test
    void refusesAFileInAFoldersPlace(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("one.slice"), "");

        assertThatThrownBy(() -> BucketUri.parse("file:" + file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one.slice")
                .hasMessageContaining("a bucket is a folder");
        assertThat(BucketUri.parse("file:" + folder.resolve("not-yet")).toString())
                .endsWith("not-yet");
    }

    @Test
    void refusesCredentialsWithoutShowingThem() {
        assertThatThrownBy(() -> BucketUri.parse("s3://key:hunter2@bucket/p"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AWS_ACCESS_KEY_ID")
                .hasMessageNotContaining("hunter2");
    }
}
