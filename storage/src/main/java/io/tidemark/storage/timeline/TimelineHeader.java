package io.tidemark.storage.timeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.storage.json.JsonFields;
import io.tidemark.storage.slice.KafkaRange;

/**
 * What a timeline object says of itself, in the clear.
 *
 * @param records how many lines follow
 * @param kafka the records of the topic that it stands for: of events all of them, of windows those
 *     between the first and the last that took part in the picture
 */
public record TimelineHeader(ObjectKey.OfTimeline key, long records, KafkaRange kafka) {
    private static final int FORMAT = 1;

    ObjectNode toJson() {
        ObjectNode json =
                JsonFields.newObject()
                        .put("format", FORMAT)
                        .put("cluster", key.cluster().value())
                        .put("incarnation", key.incarnation().id())
                        .put("kind", key.kind())
                        .put("after", key.after().toString())
                        .put("through", key.through().toString())
                        .put("records", records);
        json.putObject("kafka")
                .put("topicId", kafka.topicId())
                .put("firstOffset", kafka.firstOffset())
                .put("lastOffset", kafka.lastOffset());
        return json;
    }

    /**
     * @throws io.tidemark.storage.object.DamagedObjectException if it is not what its key says
     */
    static TimelineHeader read(ObjectKey.OfTimeline key, JsonFields json) {
        json.requireFormat(FORMAT);
        TimelineHeader header = json.build(TimelineHeader::of);
        if (!header.key().equals(key)) {
            throw json.damaged("says of itself that it is " + header.key().text());
        }
        return header;
    }

    private static TimelineHeader of(JsonFields json) {
        JsonFields kafka = json.object("kafka");
        return new TimelineHeader(
                new ObjectKey.OfTimeline(
                        new ClusterName(json.text("cluster")),
                        new Incarnation(json.text("incarnation")),
                        json.clusterTime("after"),
                        json.clusterTime("through"),
                        json.text("kind")),
                json.number("records"),
                new KafkaRange(
                        kafka.text("topicId"),
                        kafka.number("firstOffset"),
                        kafka.number("lastOffset")));
    }
}
