package io.tidemark.storage.base;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.storage.json.JsonFields;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** What the header of a part says, and what a manifest says of a part. */
final class BasePartJson {
    private BasePartJson() {}

    static ObjectNode header(BasePlace place, UUID collection, PartId id, Optional<PartSpan> span) {
        ObjectNode json = BaseManifestJson.place(place).put("collection", collection.toString());
        put(json, id);
        span.ifPresent(
                s -> {
                    s.after().ifPresent(after -> json.put("after", base64(after)));
                    json.put("last", base64(s.last()));
                    json.put("readThrough", s.readThrough().toString());
                });
        return json;
    }

    static void put(ObjectNode json, PartId id) {
        json.put("range", id.range()).put("part", id.number()).put("token", id.token());
    }

    static PartId id(JsonFields json) {
        return new PartId(
                Math.toIntExact(json.number("range")),
                Math.toIntExact(json.number("part")),
                json.number("token"));
    }

    static Optional<PartSpan> span(JsonFields json) {
        return json.optionalText("last")
                .map(
                        last ->
                                new PartSpan(
                                        json.optionalText("after").map(BasePartJson::bson),
                                        bson(last),
                                        json.clusterTime("readThrough")));
    }

    static String base64(RawDocument document) {
        return Base64.getEncoder().encodeToString(document.toBytes());
    }

    static RawDocument bson(String base64) {
        return RawDocument.of(Base64.getDecoder().decode(base64));
    }
}
