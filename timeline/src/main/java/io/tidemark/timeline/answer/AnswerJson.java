package io.tidemark.timeline.answer;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;

/** Writes answers. */
final class AnswerJson {
    private static final ObjectMapper MAPPER = mapper();

    private AnswerJson() {}

    static ObjectNode tree(Answer answer) {
        return MAPPER.valueToTree(answer);
    }

    static byte[] bytes(Answer answer) {
        try {
            return MAPPER.writeValueAsBytes(answer);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(
                    answer.getClass().getSimpleName() + " can't be written as JSON: a bug",
                    impossible);
        }
    }

    private static ObjectMapper mapper() {
        SimpleModule module = new SimpleModule("answer");
        module.addSerializer(ClusterTime.class, ToStringSerializer.instance);
        module.addSerializer(ReplicaSet.class, ToStringSerializer.instance);
        ObjectMapper mapper = new ObjectMapper();
        mapper.registerModule(new Jdk8Module()).registerModule(module);
        mapper.setVisibility(PropertyAccessor.ALL, JsonAutoDetect.Visibility.NONE);
        mapper.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        return mapper;
    }
}
