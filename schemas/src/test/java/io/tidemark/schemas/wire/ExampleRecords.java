package io.tidemark.schemas.wire;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import java.nio.ByteBuffer;

/** Records of these tests. */
final class ExampleRecords {
    private ExampleRecords() {}

    static OplogRecord insert(ByteBuffer entry) {
        return OplogRecord.newBuilder()
                .setKind(RecordKind.CRUD)
                .setSeconds(1_700_000_000L)
                .setIncrement(5)
                .setTerm(3)
                .setIncarnation("65f0c0ffee65f0c0ffee65f0")
                .setWallMillis(1_700_000_000_123L)
                .setOp("i")
                .setNs("shop.orders")
                .setCollectionUuid("11111111-2222-4333-8444-555555555555")
                .setDocumentKey(ByteBuffer.wrap(new byte[] {5, 0, 0, 0, 0}))
                .setEntry(entry)
                .build();
    }

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    static byte[] copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
