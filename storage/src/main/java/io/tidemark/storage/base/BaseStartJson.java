package io.tidemark.storage.base;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.json.JsonFields;

/** The JSON of a {@link BaseStart}, in the manifest's way. */
final class BaseStartJson {
    private static final int FORMAT = 1;

    private BaseStartJson() {}

    static ObjectNode write(BaseStart start) {
        ObjectNode json = BaseManifestJson.place(start.place());
        start.role().ifPresent(role -> json.put("role", role.toString()));
        json.put("replayFrom", start.replayFrom().toString())
                .put("catalogueThrough", start.catalogueThrough().toString());
        start.readAt().ifPresent(at -> json.put("readAt", at.toString()));
        start.serverVersion().ifPresent(version -> json.put("serverVersion", version));
        start.featureVersion().ifPresent(version -> json.put("featureVersion", version));
        ArrayNode collections = json.putArray("collections");
        for (BaseStart.Planned planned : start.collections()) {
            ObjectNode one = BaseManifestJson.write(planned.collection());
            one.put("byId", planned.byId());
            ArrayNode splits = one.putArray("splits");
            planned.splits().forEach(s -> splits.addObject().put("bson", BasePartJson.base64(s)));
            collections.add(one);
        }
        return json;
    }

    static BaseStart read(BasePlace expected, JsonFields json) {
        json.requireFormat(FORMAT);
        BaseStart start = json.build(BaseStartJson::build);
        if (!start.place().equals(expected)) {
            throw json.damaged("says of itself that it belongs to " + start.place());
        }
        return start;
    }

    private static BaseStart build(JsonFields json) {
        return new BaseStart(
                BaseManifestJson.place(json),
                json.clusterTime("replayFrom"),
                json.clusterTime("catalogueThrough"),
                json.optionalClusterTime("readAt"),
                json.optionalText("role").flatMap(ReplicaSetRole::parse),
                json.optionalText("serverVersion"),
                json.optionalText("featureVersion"),
                json.objects("collections").stream().map(BaseStartJson::planned).toList());
    }

    private static BaseStart.Planned planned(JsonFields json) {
        return new BaseStart.Planned(
                BaseManifestJson.collection(json),
                json.flag("byId"),
                json.objects("splits").stream()
                        .map(split -> BasePartJson.bson(split.text("bson")))
                        .toList());
    }
}
