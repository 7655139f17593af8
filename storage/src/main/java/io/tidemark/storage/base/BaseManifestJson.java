package io.tidemark.storage.base;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.json.JsonFields;
import java.util.Locale;
import java.util.UUID;

/** The manifest's JSON. BSON stands in it as base64: any text form would lose types. */
final class BaseManifestJson {
    private static final int FORMAT = 1;

    private BaseManifestJson() {}

    static ObjectNode write(BaseManifest manifest) {
        ObjectNode json = place(manifest.place());
        manifest.role().ifPresent(role -> json.put("role", role.toString()));
        json.put("method", lower(manifest.method()))
                .put("replayFrom", manifest.replayFrom().toString())
                .put("usableFrom", manifest.usableFrom().toString());
        manifest.readAt().ifPresent(at -> json.put("readAt", at.toString()));
        manifest.serverVersion().ifPresent(version -> json.put("serverVersion", version));
        manifest.featureVersion().ifPresent(version -> json.put("featureVersion", version));
        ArrayNode collections = json.putArray("collections");
        manifest.collections().forEach(c -> collections.add(write(c)));
        return json;
    }

    static ObjectNode place(BasePlace place) {
        return JsonFields.newObject()
                .put("format", FORMAT)
                .put("cluster", place.cluster().value())
                .put("incarnation", place.incarnation().id())
                .put("snapshotId", place.snapshotId())
                .put("replicaSet", place.replicaSet().name());
    }

    static ObjectNode write(BaseCollection collection) {
        ObjectNode json =
                JsonFields.newObject()
                        .put("ns", collection.namespace().toString())
                        .put("uuid", collection.uuid().toString())
                        .put("uuidKnown", collection.uuidKnown())
                        .put("type", lower(collection.type()))
                        .put("options", BasePartJson.base64(collection.options()));
        ArrayNode indexes = json.putArray("indexes");
        collection
                .indexes()
                .forEach(index -> indexes.addObject().put("bson", BasePartJson.base64(index)));
        ArrayNode parts = json.putArray("parts");
        collection.parts().forEach(part -> parts.add(ScannedPart.json(part)));
        return json;
    }

    static BaseManifest read(BasePlace expected, JsonFields json) {
        json.requireFormat(FORMAT);
        BaseManifest manifest = json.build(BaseManifestJson::build);
        if (!manifest.place().equals(expected)) {
            throw json.damaged("says of itself that it is " + manifest.key().text());
        }
        return manifest;
    }

    static BasePlace place(JsonFields json) {
        return new BasePlace(
                new ClusterName(json.text("cluster")),
                new Incarnation(json.text("incarnation")),
                json.text("snapshotId"),
                new ReplicaSet(json.text("replicaSet")));
    }

    private static BaseManifest build(JsonFields json) {
        return new BaseManifest(
                place(json),
                BaseMethod.valueOf(json.text("method").toUpperCase(Locale.ROOT)),
                json.clusterTime("replayFrom"),
                json.clusterTime("usableFrom"),
                json.optionalClusterTime("readAt"),
                json.optionalText("role").flatMap(ReplicaSetRole::parse),
                json.optionalText("serverVersion"),
                json.optionalText("featureVersion"),
                json.objects("collections").stream().map(BaseManifestJson::collection).toList());
    }

    static BaseCollection collection(JsonFields json) {
        return new BaseCollection(
                Namespace.of(json.text("ns")),
                UUID.fromString(json.text("uuid")),
                json.flag("uuidKnown"),
                BaseCollection.Type.valueOf(json.text("type").toUpperCase(Locale.ROOT)),
                BasePartJson.bson(json.text("options")),
                json.objects("indexes").stream()
                        .map(index -> BasePartJson.bson(index.text("bson")))
                        .toList(),
                json.objects("parts").stream().map(BaseManifestJson::part).toList());
    }

    private static BasePart part(JsonFields json) {
        return new BasePart(
                BasePartJson.id(json),
                json.number("bytes"),
                json.number("rawBytes"),
                json.number("documents"),
                json.text("sha256"));
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
