package io.tidemark.schemas.bson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.SharedData;
import java.nio.file.Path;
import java.util.Random;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

class RawDocumentTest {
    @Test
    void everyRealDocumentBuiltAgainElementByElementHasTheSameBytes() {
        for (Path file : SharedData.bsonFiles(SharedData.folder())) {
            for (byte[] bson : SharedData.documents(file)) {
                RawDocumentBuilder copy = new RawDocumentBuilder();
                rebuild(RawDocument.of(bson), copy);

                assertThat(copy.build()).as("%s", file).isEqualTo(bson);
            }
        }
    }

    @Test
    void namesAndTypesAreThoseOfTheGeneralDecoder() {
        Path file = SharedData.folder().resolve("pbm-5.0/cfg.config.changelog.bson");
        for (byte[] bson : SharedData.documents(file)) {
            RawBsonDocument decoded = new RawBsonDocument(bson);
            RawDocument view = RawDocument.of(bson);

            assertThat(view)
                    .extracting(RawElement::name)
                    .containsExactlyElementsOf(decoded.keySet());
            view.forEach(e -> assertThat(e.type()).isEqualTo(decoded.get(e.name()).getBsonType()));
        }
    }

    @Test
    void aFlippedByteIsReadOrRefusedButNeverReadsBeyondTheDocument() {
        long seed = 20261120L;
        Random random = new Random(seed);
        Path file = SharedData.folder().resolve("pbm-5.0/rs1.pitr1.oplog.bson");
        int refused = 0;
        for (byte[] bson : SharedData.documents(file)) {
            for (int i = 0; i < 50; i++) {
                byte[] damaged = bson.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                refused += isRefused(damaged) ? 1 : 0;
            }
        }
        assertThat(refused).as("seed %d", seed).isPositive();
    }

    @Test
    void aDocumentInsideOthersBytesIsSeenInItsPlace() {
        byte[] inner = new RawDocumentBuilder().appendInt32("x", 1).build();
        byte[] around = new byte[inner.length + 7];
        System.arraycopy(inner, 0, around, 3, inner.length);

        RawDocument view = new RawDocument(around, 3, inner.length);

        assertThat(view.find("x").orElseThrow().number()).hasValue(1);
        assertThat(view.toBytes()).isEqualTo(inner);
        assertThat(view).isEqualTo(RawDocument.of(inner)).hasSameHashCodeAs(RawDocument.of(inner));
    }

    @Test
    void anEmbeddedDocumentLeftOpenCantBeBuilt() {
        RawDocumentBuilder builder = new RawDocumentBuilder().openDocument("a");

        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    }

    private static boolean isRefused(byte[] damaged) {
        try {
            RawDocument.of(damaged).validate();
            return false;
        } catch (MalformedBsonException expected) {
            return true;
        }
    }

    private static void rebuild(RawDocument from, RawDocumentBuilder to) {
        for (RawElement element : from) {
            if (element.isDocument() || element.isArray()) {
                if (element.isArray()) {
                    to.openArray(element.nameBytes());
                } else {
                    to.openDocument(element.nameBytes());
                }
                rebuild(element.document().orElseThrow(), to);
                to.close();
            } else {
                to.append(element);
            }
        }
    }
}
