package io.tidemark.restore.previous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

final class SetAsideTest {
    private static final Namespace NAME = Namespace.of("shop.orders");
    private static final Namespace PLACE = PreviousNames.of(NAME, "7");

    private final List<KeptPrevious> noted = new ArrayList<>();

    /** A server that renames, and says it did not; or one that doesn't. */
    private static final class Stubborn extends MemoryRestoreTarget {
        private final boolean renames;

        Stubborn(boolean renames) {
            super("one:1");
            this.renames = renames;
        }

        @Override
        public void rename(Namespace from, Namespace to) {
            if (renames) {
                super.rename(from, to);
            }
            throw new RestoreException.TargetRefused("refused to rename " + from);
        }
    }

    @Test
    void whatAServerDoesNotRenameIsCopied() {
        MemoryRestoreTarget target = new Stubborn(false);
        fill(target);

        setAside(target, KeptCollection.How.RENAMED);

        assertThat(target.data().collections()).containsOnlyKeys(PLACE);
        assertThat(target.documents(PLACE.toString())).hasSize(2);
        assertThat(target.data().collections().get(PLACE).indexes()).hasSize(1);
        assertThat(noted.get(noted.size() - 1).aside()).isTrue();
    }

    @Test
    void aRenameThatWasDoneAndNotConfirmedIsDone() {
        MemoryRestoreTarget target = new Stubborn(true);
        fill(target);

        setAside(target, KeptCollection.How.RENAMED);

        assertThat(target.data().collections()).containsOnlyKeys(PLACE);
        assertThat(noted)
                .allSatisfy(
                        kept ->
                                assertThat(kept.collections().get(0).how())
                                        .isEqualTo(KeptCollection.How.RENAMED));
    }

    @Test
    void aCopyThatLacksADocumentIsRefusedAndItsOriginalStays() {
        MemoryRestoreTarget target =
                new MemoryRestoreTarget("one:1") {
                    @Override
                    public void write(
                            Namespace namespace,
                            List<DocumentWrite> writes,
                            BiConsumer<DocumentId, RawDocument> displaced) {
                        boolean copy = namespace.equals(PLACE);
                        super.write(namespace, copy ? writes.subList(1, 2) : writes, displaced);
                    }
                };
        fill(target);

        assertThatThrownBy(() -> setAside(target, KeptCollection.How.COPIED))
                .isInstanceOf(RestoreException.TargetRefused.class)
                .hasMessageContaining("it has 1 document in the copy where 2 were read")
                .hasMessageContaining("Nothing of it was removed");

        assertThat(target.documents(NAME.toString())).hasSize(2);
        new PutBack(target, decided(KeptCollection.How.COPIED)).run();
        assertThat(target.data().collections()).containsOnlyKeys(NAME);
    }

    @Test
    void twoRestoresInOneSecondHaveNamesOfTheirOwn() {
        Instant now = Instant.ofEpochSecond(7);

        assertThat(PreviousNames.token(now, List.of(NAME))).isEqualTo("7");
        assertThat(PreviousNames.token(now, List.of(NAME, PLACE))).isEqualTo("8");
    }

    @Test
    void namesThatAreCutAreTold() {
        Namespace one = NAME.withCollection("ü".repeat(124) + "1");
        Namespace other = NAME.withCollection("ü".repeat(124) + "2");

        assertThat(PreviousNames.of(one, "7"))
                .isEqualTo(PreviousNames.of(one, "7"))
                .isNotEqualTo(PreviousNames.of(other, "7"))
                .satisfies(
                        name ->
                                assertThat(name.toString().getBytes(StandardCharsets.UTF_8))
                                        .hasSizeLessThanOrEqualTo(255));
    }

    private static void fill(MemoryRestoreTarget target) {
        target.create(NAME, Optional.of(UUID.randomUUID()), BsonFiles.json("{}"));
        target.createIndex(NAME, BsonFiles.json("{v: 2, key: {n: 1}, name: 'n'}"));
        List<DocumentWrite> writes = new ArrayList<>();
        for (int id = 1; id <= 2; id++) {
            RawDocument document = BsonFiles.json("{_id: " + id + "}");
            writes.add(new DocumentWrite.Put(DocumentId.ofDocument(document), document, true));
        }
        target.write(NAME, writes);
    }

    private void setAside(MemoryRestoreTarget target, KeptCollection.How how) {
        new SetAside(target, decided(how), Optional.empty(), noted::add).run();
    }

    private static KeptPrevious decided(KeptCollection.How how) {
        KeptCollection one =
                new KeptCollection(NAME, PLACE, how, Optional.empty(), 0, Optional.empty(), false);
        return new KeptPrevious("7", false, List.of(one), false);
    }
}
