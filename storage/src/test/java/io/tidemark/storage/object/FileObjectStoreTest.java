package io.tidemark.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileObjectStoreTest extends ObjectStoreContract {
    @TempDir Path root;

    @Override
    ObjectStore newStore() {
        return new FileObjectStore(root);
    }

    @Override
    void putStranger(String key, byte[] bytes) throws IOException {
        Path file = root.resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    @Test
    void aFullDiskLeavesNothingBehind() throws IOException {
        ObjectStore full =
                new FileObjectStore(root, file -> new FullDisk(Channels.newOutputStream(file)));

        assertThatThrownBy(() -> full.put("k", Body.of(random(100_000))))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("No space left");

        assertThat(full.head("k")).isEmpty();
        assertThat(root.resolve(FileObjectStore.TEMPORARY).toFile().list())
                .containsExactly(DiskReserve.NAME);
    }

    @Test
    void filesOfKilledPutsAreNeverListed() throws IOException {
        Files.createDirectories(root.resolve(FileObjectStore.TEMPORARY));
        Files.write(root.resolve(FileObjectStore.TEMPORARY).resolve("half"), random(10));
        ObjectStore store = newStore();
        store.put("a", Body.of(random(1)));

        assertThat(keys("", "")).isEqualTo(List.of("a"));
        assertThat(store.folders("")).isEmpty();
    }

    @Test
    void theFirstPutRemovesWhatOthersLeftADayAgo() throws IOException {
        Path folder = Files.createDirectories(root.resolve(FileObjectStore.TEMPORARY));
        Path abandoned = Files.write(folder.resolve("abandoned"), random(10));
        Files.setLastModifiedTime(
                abandoned, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Path underWay = Files.write(folder.resolve("underWay"), random(10));
        Files.setLastModifiedTime(
                underWay, FileTime.from(Instant.now().minus(Duration.ofHours(23))));

        newStore().put("a", Body.of(random(1)));

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("underWay", DiskReserve.NAME);
    }

    @Test
    void whatCantBeLookedAtIsNotPassedOver() throws IOException {
        ObjectStore store = newStore();
        store.put("a/one", Body.of(random(1)));
        Files.createSymbolicLink(root.resolve("a/two"), root.resolve("a/two"));

        assertThatThrownBy(() -> store.list("a/", "").count())
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("a/two");
        assertThatThrownBy(() -> store.directlyBelow("a/"))
                .isInstanceOf(UnreachableException.class);
    }

    @Test
    void putsLeaveNoTemporaryFiles() {
        ObjectStore store = newStore();
        store.put("a/b/c", Body.of(random(1)));
        store.put("a/b/c", Body.of(random(1)));
        assertThatThrownBy(() -> store.put("a/b/c", Body.of(random(2))))
                .isInstanceOf(FencedException.class);

        assertThat(root.resolve(FileObjectStore.TEMPORARY).toFile().list())
                .containsExactly(DiskReserve.NAME);
    }

    @Test
    void aDirectoryThatMayNotBeWrittenSaysSo() throws IOException {
        Path locked = Files.createDirectory(root.resolve("locked"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
        org.junit.jupiter.api.Assumptions.assumeFalse(
                Files.isWritable(locked), "runs as a user who may write everywhere");

        assertThatThrownBy(() -> new FileObjectStore(locked).put("a", Body.of(random(1))))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("writable by this user");
    }

    private static final class FullDisk extends FilterOutputStream {
        private int left = 50_000;

        FullDisk(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new IOException("No space left on device");
            }
            out.write(bytes, offset, length);
        }
    }
}
