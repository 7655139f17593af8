package io.tidemark.streams.tag;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogRecords;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.schemas.wire.RecordDeserializer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * The cluster time of an oplog record, read from the first bytes of its value where its schema
 * allows that: records without facts need not be decoded.
 */
final class RecordTime {
    private static final int HEADER_BYTES = 5;
    private static final int ID_AT = 1;
    private final SchemaRegistry registry;
    private final RecordDeserializer<OplogRecord> deserializer;
    private final Map<Integer, Boolean> timeComesFirst = new HashMap<>();

    RecordTime(SchemaRegistry registry, RecordDeserializer<OplogRecord> deserializer) {
        this.registry = registry;
        this.deserializer = deserializer;
    }

    ClusterTime of(String topic, byte[] value) {
        boolean known = value.length > HEADER_BYTES + 2 && value[0] == 0;
        if (!known || !timeComesFirst(ByteBuffer.wrap(value).getInt(ID_AT))) {
            return OplogRecords.clusterTime(deserializer.deserialize(topic, value));
        }
        ByteBuffer fields = ByteBuffer.wrap(value, HEADER_BYTES, value.length - HEADER_BYTES);
        number(fields); // the kind's symbol
        return new ClusterTime(number(fields), number(fields));
    }

    private boolean timeComesFirst(int schemaId) {
        return timeComesFirst.computeIfAbsent(
                schemaId, id -> startsWithKindAndTime(registry.byId(id)));
    }

    private static boolean startsWithKindAndTime(Schema schema) {
        List<Schema.Field> fields =
                schema.getType() == Schema.Type.RECORD ? schema.getFields() : List.of();
        return fields.size() > 2
                && fields.get(0).schema().getType() == Schema.Type.ENUM
                && isLong(fields.get(1), "seconds")
                && isLong(fields.get(2), "increment");
    }

    private static boolean isLong(Schema.Field field, String name) {
        return field.name().equals(name) && field.schema().getType() == Schema.Type.LONG;
    }

    /** Avro's variable-length zig-zag integer (Avro specification, "Binary Encoding"). */
    private static long number(ByteBuffer bytes) {
        long bits = 0;
        int shift = 0;
        byte next;
        do {
            next = bytes.get();
            bits |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next < 0);
        return (bits >>> 1) ^ -(bits & 1);
    }
}
