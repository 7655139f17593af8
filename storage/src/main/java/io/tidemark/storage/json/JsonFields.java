package io.tidemark.storage.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.storage.object.DamagedObjectException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the JSON of one object in the bucket: what is missing or of another type is damage, named
 * by the object's key and the field. Fields that this version doesn't know are passed over.
 */
public final class JsonFields {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    // Not the platform's line ends: the same object has the same bytes everywhere.
    private static final DefaultIndenter INDENT = new DefaultIndenter("  ", "\n");
    private static final ObjectWriter PRETTY =
            MAPPER.writer(
                    new DefaultPrettyPrinter()
                            .withObjectIndenter(INDENT)
                            .withArrayIndenter(INDENT));
    private final String key;
    private final JsonNode node;

    private JsonFields(String key, JsonNode node) {
        this.key = key;
        this.node = node;
    }

    /**
     * @param key of the object that the JSON stands in
     */
    public static JsonFields parse(String key, byte[] json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node instanceof ObjectNode) {
                return new JsonFields(key, node);
            }
        } catch (IOException e) {
            throw damaged(key, "holds text that is no JSON (" + e.getMessage() + ")");
        }
        throw damaged(key, "holds no JSON object where one belongs");
    }

    /** An empty object to fill; fields keep the order in which they are put. */
    public static ObjectNode newObject() {
        return MAPPER.createObjectNode();
    }

    /** UTF-8, one line, in the order of the fields: the same object gives the same bytes. */
    public static byte[] bytes(ObjectNode object) {
        return text(object).getBytes(StandardCharsets.UTF_8);
    }

    /** As {@link #bytes}, indented for people. */
    static String prettyText(ObjectNode object) {
        try {
            return PRETTY.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can't be written", e);
        }
    }

    private static String text(ObjectNode object) {
        try {
            return MAPPER.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can't be written", e);
        }
    }

    public static ObjectNode of(Optime optime) {
        return newObject().put("ts", optime.clusterTime().toString()).put("t", optime.term());
    }

    /**
     * @param newest the highest version that this code reads
     * @throws DamagedObjectException if the object is of a later one
     */
    public void requireFormat(int newest) {
        long format = number("format");
        if (format < 1 || format > newest) {
            throw new DamagedObjectException(
                    new DamagedObjectException.Damage(
                            key,
                            "has format version " + format + "; this version reads 1 to " + newest,
                            "a later version of Tidemark wrote it",
                            "use that version or a later one"));
        }
    }

    public String text(String name) {
        return optionalText(name).orElseThrow(() -> wrong(name, "a text"));
    }

    public Optional<String> optionalText(String name) {
        return present(name)
                .map(value -> value.isTextual() ? value.asText() : fail(name, "a text"));
    }

    public long number(String name) {
        return optionalNumber(name).orElseThrow(() -> wrong(name, "a whole number"));
    }

    public Optional<Long> optionalNumber(String name) {
        return present(name)
                .map(
                        value ->
                                value.canConvertToLong() && value.isIntegralNumber()
                                        ? value.asLong()
                                        : fail(name, "a whole number"));
    }

    public boolean flag(String name) {
        return present(name)
                .map(value -> value.isBoolean() ? value.asBoolean() : fail(name, "true or false"))
                .orElse(false);
    }

    public ClusterTime clusterTime(String name) {
        return optionalClusterTime(name).orElseThrow(() -> wrong(name, "a cluster time"));
    }

    public Optional<ClusterTime> optionalClusterTime(String name) {
        return optionalText(name)
                .map(t -> ClusterTime.parse(t).orElseGet(() -> fail(name, "a cluster time")));
    }

    public Optime optime(String name) {
        return optionalOptime(name).orElseThrow(() -> wrong(name, "an optime"));
    }

    public Optional<Optime> optionalOptime(String name) {
        return optionalObject(name).map(o -> new Optime(o.clusterTime("ts"), o.number("t")));
    }

    public JsonFields object(String name) {
        return optionalObject(name).orElseThrow(() -> wrong(name, "an object"));
    }

    public Optional<JsonFields> optionalObject(String name) {
        return present(name)
                .map(v -> v.isObject() ? new JsonFields(key, v) : fail(name, "an object"));
    }

    /** Empty if the field is absent. */
    public List<JsonFields> objects(String name) {
        List<JsonFields> objects = new ArrayList<>();
        for (JsonNode value : present(name).orElse(MAPPER.createArrayNode())) {
            if (!value.isObject()) {
                throw wrong(name, "a list of objects");
            }
            objects.add(new JsonFields(key, value));
        }
        return objects;
    }

    public List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Builds a domain value; values that it refuses are damage. */
    public <T> T build(Function<JsonFields, T> builder) {
        try {
            return builder.apply(this);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new DamagedObjectException(
                    damage(key, "holds values that can't be (" + e.getMessage() + ")"), e);
        }
    }

    private Optional<JsonNode> present(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    private <T> T fail(String name, String expected) {
        throw wrong(name, expected);
    }

    private DamagedObjectException wrong(String name, String expected) {
        return damaged(key, "has no field '" + name + "' that is " + expected);
    }

    /** For what a reader of these fields finds wrong. */
    public DamagedObjectException damaged(String what) {
        return damaged(key, what);
    }

    static DamagedObjectException damaged(String key, String what) {
        return new DamagedObjectException(damage(key, what));
    }

    private static DamagedObjectException.Damage damage(String key, String what) {
        return new DamagedObjectException.Damage(
                key,
                what,
                "it is not what was written, or no object of Tidemark's",
                "restore the object from a copy of the bucket; if there is none, what it covers"
                        + " can't be restored");
    }
}
