package io.tidemark.cli.dump;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ReplicaSet;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.BsonDocument;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OplogCopiesTest {
    @TempDir private Path folder;

    /** Shards that nobody writes to have the same noops. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "i | {_id: 1} | refused",
                "c | {applyOps: [{op: 'i', ns: 'shop.orders', o: {_id: 1}}]} | refused",
                "c | {applyOps: [], prepare: true} | taken",
                "n | {msg: 'periodic noop'} | taken"
            })
    void oneFileAtTwoReplicaSetsPlacesIsACopyIfItWrites(String op, String o, String how) {
        BsonDocument entry = DumpFiles.entry(10, 1, op, "shop.orders", BsonDocument.parse(o));
        OplogFiles files = DumpFiles.scan(DumpFiles.write(folder.resolve("a"), entry));
        OplogCopies copies = new OplogCopies();
        copies.add(new ReplicaSet("rs0"), files);

        ThrowingCallable second = () -> copies.add(new ReplicaSet("rs1"), files);

        if (how.equals("refused")) {
            assertThatThrownBy(second).hasMessageContaining("rs0 and rs1 can't have written");
        } else {
            assertThatCode(second).doesNotThrowAnyException();
        }
    }
}
