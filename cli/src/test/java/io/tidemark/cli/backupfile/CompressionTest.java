package io.tidemark.cli.backupfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedOutputStream;

/**
 * The resources were written by klauspost/compress/s2 1.15 and pierrec/lz4, the libraries of
 * Percona Backup for MongoDB, in several of their modes.
 */
class CompressionTest {
    private static final String SHAPES = "seed %d, %d bytes";

    private interface Encoder {
        OutputStream over(OutputStream out) throws IOException;
    }

    @ParameterizedTest
    @ValueSource(strings = {"default.s2", "better-index-padding.s2", "best.s2", "pierrec.lz4"})
    void readsWhatTheBackupToolsOwnLibrariesWrote(String name) throws IOException {
        assertThat(decompressed(resource(name))).isEqualTo(decompressed(resource("plain.zst")));
    }

    @Test
    void readsWhatEachEncoderOfAnotherHandWrites() throws IOException {
        for (long seed = 1; seed <= 40; seed++) {
            byte[] plain = someBytes(seed);
            String what = String.format(SHAPES, seed, plain.length);
            assertThat(roundTrip(plain, SnappyFramedOutputStream::new)).as(what).isEqualTo(plain);
            assertThat(roundTrip(plain, GZIPOutputStream::new)).as(what).isEqualTo(plain);
            assertThat(roundTrip(plain, ZstdOutputStream::new)).as(what).isEqualTo(plain);
            assertThat(roundTrip(plain, LZ4FrameOutputStream::new)).as(what).isEqualTo(plain);
            byte[] block = Snappy.compress(plain);
            assertThat(S2Block.decode(block, 0, block.length, 1 << 22)).as(what).isEqualTo(plain);
        }
    }

    @Test
    void repeatsTheLastOffsetWithEachOfTheLengthsThatS2AddsToSnappy() throws IOException {
        // 4 literal bytes, a copy of 4 at offset 4, then repeats of every form.
        byte[] block =
                bytes(
                        // length, then the literal and the copy
                        0x90,
                        0x88,
                        0x04,
                        3 << 2,
                        'a',
                        'b',
                        'c',
                        'd',
                        0x01,
                        4,
                        // 4 + 4, 8 + 1, 260 + 2, 65,540 + 1
                        4 << 2 | 1,
                        0,
                        5 << 2 | 1,
                        0,
                        1,
                        6 << 2 | 1,
                        0,
                        2,
                        0,
                        7 << 2 | 1,
                        0,
                        1,
                        0,
                        0);
        int length = 4 + 4 + 8 + 9 + 262 + 65_541;
        block[0] = (byte) (length & 0x7F | 0x80);
        block[1] = (byte) (length >>> 7 & 0x7F | 0x80);
        block[2] = (byte) (length >>> 14);

        byte[] decoded = S2Block.decode(block, 0, block.length, 1 << 20);

        assertThat(decoded).hasSize(length);
        for (int i = 0; i < decoded.length; i++) {
            assertThat(decoded[i]).isEqualTo((byte) ('a' + i % 4));
        }
    }

    @Test
    void aBlockThatReachesOutsideOfItselfIsRefused() {
        refusesBlock(4, 3 << 2, 'a', 'b', 'c');
        refusesBlock(4, 0, 'a', 0x01, 2);
        refusesBlock(8, 0, 'a', 0x01, 0);
        refusesBlock(5, 3 << 2, 'a', 'b', 'c', 'd');
        refusesBlock(2, 3 << 2, 'a', 'b', 'c', 'd');
        refusesBlock(9, 0, 'a', 3, 0xFF, 0xFF, 0xFF, 0xFF);
        refusesBlock(0xFF, 0xFF, 0xFF, 0xFF, 0x7F);
    }

    @Test
    void everyFlippedBitIsNoticedOrMeansNothing() throws IOException {
        byte[] stored = resource("best.s2");
        byte[] plain = decompressed(stored);
        Random random = new Random(11);
        for (int i = 0; i < 300; i++) {
            byte[] flipped = stored.clone();
            // Behind the identifier: without it the file is of another kind.
            int at = 10 + random.nextInt(stored.length - 10);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            try {
                assertThat(decompressed(flipped)).as("byte %d", at).isEqualTo(plain);
            } catch (IOException noticed) {
                assertThat(noticed).hasMessageContaining("compression");
            }
        }
    }

    @Test
    void whatIsCutOffWithinAChunkIsNoticed() throws IOException {
        byte[] stored = resource("default.s2");

        assertThatThrownBy(() -> decompressed(Arrays.copyOf(stored, stored.length - 1)))
                .hasMessageContaining("cut off");
        byte[] lz4 = resource("pierrec.lz4");
        assertThatThrownBy(() -> decompressed(Arrays.copyOf(lz4, lz4.length - 20)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whateverIsWrongWithAnLz4FileIsNoBugOfOurs() throws IOException {
        byte[] stored = resource("pierrec.lz4");
        for (int bit = 0; bit < 8 * 20; bit++) {
            byte[] flipped = stored.clone();
            flipped[4 + bit / 8] ^= (byte) (1 << bit % 8);
            try {
                decompressed(flipped);
            } catch (IOException noticed) {
                assertThat(noticed.getMessage()).isNotBlank();
            }
        }
        byte[] dependent = stored.clone();
        dependent[4] ^= 0x20;
        assertThatThrownBy(() -> decompressed(dependent))
                .hasMessageContaining("its compression can't be read (Dependent block stream");
    }

    @Test
    void anEncryptedFileIsNamedAsSuch() {
        assertThatThrownBy(() -> decompressed(bytes('P', 'B', 'M', 'E', 1, 1, 0, 0)))
                .hasMessageContaining("is encrypted by Percona Backup");
    }

    @Test
    void aDocumentWhoseLengthLooksLikeAMagicNumberIsNoCompression() throws IOException {
        byte[] document = new byte[0x6FF];
        document[0] = (byte) 0xFF;
        document[1] = 6;
        document[4] = 's';

        assertThat(decompressed(document)).isEqualTo(document);
    }

    @Test
    void theCrcIsTheOneOfMongodump() {
        Crc64 crc = new Crc64();
        byte[] check = bytes('1', '2', '3', '4', '5', '6', '7', '8', '9');
        crc.update(check, 0, 9);

        // CRC-64/XZ, as catalogues of CRCs give it.
        assertThat(crc.value()).isEqualTo(0x995DC9BBDF1939FAL);
    }

    private static void refusesBlock(int... block) {
        byte[] bytes = bytes(block);
        assertThatThrownBy(() -> S2Block.decode(bytes, 0, bytes.length, 1 << 20))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    /** Runs, repeats near and far, and noise. */
    private static byte[] someBytes(long seed) {
        Random random = new Random(seed);
        byte[] plain = new byte[random.nextInt(200_000)];
        int at = 0;
        while (at < plain.length) {
            int length = Math.min(plain.length - at, 1 + random.nextInt(3000));
            switch (at == 0 ? 0 : random.nextInt(3)) {
                case 0 -> {
                    byte[] noise = new byte[length];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, plain, at, length);
                }
                case 1 -> Arrays.fill(plain, at, at + length, (byte) random.nextInt());
                default -> {
                    int from = random.nextInt(at);
                    int some = Math.min(length, at - from);
                    System.arraycopy(plain, from, plain, at, some);
                    length = some;
                }
            }
            at += length;
        }
        return plain;
    }

    private static byte[] roundTrip(byte[] plain, Encoder encoder) throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        try (OutputStream out = encoder.over(stored)) {
            out.write(plain);
        }
        return decompressed(stored.toByteArray());
    }

    private static byte[] decompressed(byte[] stored) throws IOException {
        try (InputStream in = Compression.decompressed(new ByteArrayInputStream(stored))) {
            return in.readAllBytes();
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = CompressionTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
