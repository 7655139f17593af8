package io.tidemark.cli.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.dump.SeriesIndexes;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.storage.base.BaseCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * A collection's options and indexes as mongodump writes them: one line of canonical extended JSON.
 */
final class MetadataJson {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonWriterSettings CANONICAL =
            JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

    private MetadataJson() {}

    static String of(BaseCollection collection) {
        ObjectNode json = JSON.createObjectNode();
        if (!collection.options().isEmpty()) {
            json.set("options", canonical(collection.options()));
        }
        ArrayNode indexes = json.putArray("indexes");
        indexes(collection).forEach(index -> indexes.add(canonical(index)));
        boolean own = collection.uuidKnown() && collection.type() == BaseCollection.Type.COLLECTION;
        if (own) {
            json.put("uuid", collection.uuid().toString().replace("-", ""));
        }
        json.put("collectionName", collection.namespace().collection())
                .put("type", collection.type().name().toLowerCase(Locale.ROOT));
        return json.toString();
    }

    /** Those of a time-series collection as mongodump tells them. */
    private static List<BsonDocument> indexes(BaseCollection collection) {
        BsonDocument options = collection.options().toBson();
        List<BsonDocument> stored = new ArrayList<>();
        collection.indexes().forEach(index -> stored.add(index.toBson()));
        boolean series =
                collection.type() == BaseCollection.Type.TIMESERIES
                        && options.isDocument("timeseries");
        return series
                ? stored.stream()
                        .map(SeriesIndexes.of(options.getDocument("timeseries"))::asSeries)
                        .toList()
                : stored;
    }

    private static com.fasterxml.jackson.databind.JsonNode canonical(RawDocument document) {
        return canonical(document.toBson());
    }

    private static com.fasterxml.jackson.databind.JsonNode canonical(BsonDocument document) {
        try {
            return JSON.readTree(document.toJson(CANONICAL));
        } catch (JsonProcessingException notJson) {
            throw new IllegalStateException("the BSON library wrote no JSON", notJson);
        }
    }
}
