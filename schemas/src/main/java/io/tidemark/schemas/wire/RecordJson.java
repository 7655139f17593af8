package io.tidemark.schemas.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Avro records as JSON that other tools like to read: fields by name in the order of the schema,
 * without the branch names that Avro's own JSON puts around optional values, and without those that
 * are absent; bytes in base64. A field that the JSON has not takes its default, a field that the
 * schema has not is passed over, so objects of other versions stay readable.
 */
public final class RecordJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Map<Class<?>, RecordJson> READERS = new ConcurrentHashMap<>();
    private final SpecificData data;

    private RecordJson(Class<?> type) {
        this.data = new GeneratedClasses(type);
    }

    /** In the order of the schema. */
    public static ObjectNode write(IndexedRecord record) {
        ObjectNode json = NODES.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value != null || !field.hasDefaultValue()) {
                json.set(field.name(), write(value));
            }
        }
        return json;
    }

    private static JsonNode write(Object value) {
        if (value == null) {
            return NODES.nullNode();
        } else if (value instanceof IndexedRecord record) {
            return write(record);
        } else if (value instanceof Iterable<?> items) {
            ArrayNode list = NODES.arrayNode();
            items.forEach(item -> list.add(write(item)));
            return list;
        } else if (value instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return NODES.textNode(Base64.getEncoder().encodeToString(copy));
        } else if (value instanceof CharSequence || value instanceof Enum<?>) {
            return NODES.textNode(value.toString());
        } else {
            return MAPPER.valueToTree(value);
        }
    }

    /**
     * @throws IllegalArgumentException if the JSON does not fit the schema
     */
    public static <T extends SpecificRecord> T read(JsonNode json, Class<T> type) {
        RecordJson reader = READERS.computeIfAbsent(type, RecordJson::new);
        Schema schema = reader.data.getSchema(type);
        return type.cast(reader.read(json, schema, type.getSimpleName()));
    }

    private Object read(JsonNode json, Schema schema, String where) {
        return switch (schema.getType()) {
            case RECORD -> record(json, schema, where);
            case ARRAY -> array(json, schema, where);
            case UNION -> union(json, schema, where);
            case ENUM -> symbol(text(json, where), schema);
            case STRING -> text(json, where);
            case BYTES -> ByteBuffer.wrap(Base64.getDecoder().decode(text(json, where)));
            case BOOLEAN -> require(json.isBoolean(), json, where).asBoolean();
            case INT -> require(json.canConvertToInt(), json, where).asInt();
            case LONG -> require(json.canConvertToLong(), json, where).asLong();
            case DOUBLE -> require(json.isNumber(), json, where).asDouble();
            default ->
                    throw new IllegalArgumentException(
                            where + " has the Avro type " + schema.getType());
        };
    }

    private Object record(JsonNode json, Schema schema, String where) {
        require(json.isObject(), json, where);
        IndexedRecord record = (IndexedRecord) data.newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            JsonNode value = json.get(field.name());
            String place = where + "." + field.name();
            if (value == null && !field.hasDefaultValue()) {
                throw new IllegalArgumentException(place + " is missing");
            }
            record.put(
                    field.pos(),
                    value == null
                            ? data.getDefaultValue(field)
                            : read(value, field.schema(), place));
        }
        return record;
    }

    private List<Object> array(JsonNode json, Schema schema, String where) {
        require(json.isArray(), json, where);
        List<Object> items = new ArrayList<>(json.size());
        for (JsonNode item : json) {
            items.add(read(item, schema.getElementType(), where));
        }
        return items;
    }

    /** Null, or the one other branch. */
    private Object union(JsonNode json, Schema schema, String where) {
        List<Schema> others =
                schema.getTypes().stream()
                        .filter(branch -> branch.getType() != Schema.Type.NULL)
                        .toList();
        if (json.isNull() && others.size() < schema.getTypes().size()) {
            return null;
        }
        return read(json, others.get(0), where);
    }

    private Object symbol(String name, Schema schema) {
        boolean known = schema.hasEnumSymbol(name) || schema.getEnumDefault() == null;
        return data.createEnum(known ? name : schema.getEnumDefault(), schema);
    }

    private static String text(JsonNode json, String where) {
        return require(json.isTextual(), json, where).asText();
    }

    private static JsonNode require(boolean fits, JsonNode json, String where) {
        if (!fits) {
            throw new IllegalArgumentException(where + " can't be " + json.getNodeType());
        }
        return json;
    }
}
