package io.tidemark.timeline;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.KeyDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.function.Function;

/**
 * Records of this module as JSON: snapshots, and observations that travel from where they were
 * tagged to where they are paired. Cluster times are written {@code 1712345678:5}, BSON in base64.
 */
public final class TimelineJson {
    private static final ObjectMapper MAPPER = mapper();

    private TimelineJson() {}

    /** An observation for the way between two steps of a topology. */
    public static byte[] write(Observation observation) {
        return write((Object) observation);
    }

    /** The observation that {@link #write(Observation)} wrote. */
    public static Observation observation(byte[] json) {
        return read(json, Observation.class);
    }

    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't write " + value.getClass().getSimpleName() + " as JSON: a bug", e);
        }
    }

    static <T> T read(byte[] json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    json.length + " bytes are no " + type.getSimpleName() + " of this version", e);
        }
    }

    private static ObjectMapper mapper() {
        SimpleModule module = new SimpleModule("timeline");
        text(module, ClusterTime.class, ClusterTime::toString, TimelineJson::time);
        text(module, ReplicaSet.class, ReplicaSet::name, ReplicaSet::new);
        text(
                module,
                RawDocument.class,
                document -> Base64.getEncoder().encodeToString(document.toBytes()),
                text -> RawDocument.of(Base64.getDecoder().decode(text)));
        ObjectMapper mapper = new ObjectMapper();
        mapper.registerModule(new Jdk8Module()).registerModule(module);
        mapper.setVisibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE);
        mapper.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        mapper.setVisibility(PropertyAccessor.CREATOR, JsonAutoDetect.Visibility.ANY);
        mapper.addMixIn(Fact.class, Named.class);
        for (Class<?> fact : Fact.class.getPermittedSubclasses()) {
            mapper.registerSubtypes(new NamedType(fact, fact.getSimpleName()));
        }
        return mapper;
    }

    private static ClusterTime time(String text) {
        return ClusterTime.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(text + " is no cluster time"));
    }

    private static <T> void text(
            SimpleModule module,
            Class<T> type,
            Function<T, String> write,
            Function<String, T> read) {
        module.addSerializer(type, new TextWriter<>(type, write));
        module.addDeserializer(type, new TextReader<>(type, read));
        module.addKeySerializer(type, new KeyWriter<>(type, write));
        module.addKeyDeserializer(
                type,
                new KeyDeserializer() {
                    @Override
                    public Object deserializeKey(String key, DeserializationContext context) {
                        return read.apply(key);
                    }
                });
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "fact")
    private interface Named {}

    private static final class TextWriter<T> extends StdSerializer<T> {
        private final transient Function<T, String> write;

        TextWriter(Class<T> type, Function<T, String> write) {
            super(type);
            this.write = write;
        }

        @Override
        public void serialize(T value, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            json.writeString(write.apply(value));
        }
    }

    private static final class KeyWriter<T> extends StdSerializer<T> {
        private final transient Function<T, String> write;

        KeyWriter(Class<T> type, Function<T, String> write) {
            super(type);
            this.write = write;
        }

        @Override
        public void serialize(T value, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            json.writeFieldName(write.apply(value));
        }
    }

    private static final class TextReader<T> extends StdDeserializer<T> {
        private final transient Function<String, T> read;

        TextReader(Class<T> type, Function<String, T> read) {
            super(type);
            this.read = read;
        }

        @Override
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return read.apply(json.getText());
        }
    }
}
