package io.tidemark.storage.slice;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Slice;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.storage.json.JsonFields;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The header's JSON: fields in this order, so that the same slice has the same bytes. */
final class SliceHeaderJson {
    private static final int FORMAT = 1;

    private SliceHeaderJson() {}

    static ObjectNode write(SliceHeader header) {
        ObjectNode json =
                place(
                        header.key().cluster(),
                        header.key().incarnation(),
                        header.key().replicaSet());
        header.role().ifPresent(role -> json.put("role", role.toString()));
        Slice slice = header.key().slice();
        json.put("after", slice.after().toString()).put("through", slice.through().toString());
        json.set("first", JsonFields.of(header.first()));
        json.set("last", JsonFields.of(header.last()));
        ObjectNode counts = json.putObject("entries");
        header.entries().forEach((kind, n) -> counts.put(kind.name().toLowerCase(Locale.ROOT), n));
        header.operations().ifPresent(n -> json.put("operations", n));
        json.put("rawBytes", header.rawBytes());
        header.kafka().ifPresent(kafka -> json.set("kafka", write(kafka)));
        header.oldestOpenTransaction()
                .ifPresent(first -> json.set("oldestOpenTransaction", JsonFields.of(first)));
        ArrayNode open = json.putArray("openTransactions");
        header.openTransactions().forEach(transaction -> open.add(write(transaction)));
        header.watermark().ifPresent(time -> json.put("watermark", time.toString()));
        return json;
    }

    static ObjectNode place(ClusterName cluster, Incarnation incarnation, ReplicaSet replicaSet) {
        return JsonFields.newObject()
                .put("format", FORMAT)
                .put("cluster", cluster.value())
                .put("incarnation", incarnation.id())
                .put("replicaSet", replicaSet.name());
    }

    static ObjectNode write(KafkaRange kafka) {
        return JsonFields.newObject()
                .put("topicId", kafka.topicId())
                .put("firstOffset", kafka.firstOffset())
                .put("lastOffset", kafka.lastOffset());
    }

    static KafkaRange kafka(JsonFields json) {
        return new KafkaRange(
                json.text("topicId"), json.number("firstOffset"), json.number("lastOffset"));
    }

    private static ObjectNode write(OpenTransaction transaction) {
        ObjectNode json =
                JsonFields.newObject()
                        .put("key", Base64.getEncoder().encodeToString(transaction.key().bson()));
        json.set("first", JsonFields.of(transaction.first()));
        transaction.prepared().ifPresent(at -> json.set("prepared", JsonFields.of(at)));
        return json;
    }

    /** Values that can't be are damage: {@link JsonFields#build} turns them into it. */
    static SliceHeader read(JsonFields json) {
        json.requireFormat(FORMAT);
        return json.build(SliceHeaderJson::build);
    }

    private static SliceHeader build(JsonFields json) {
        Optional<KafkaRange> kafka = json.optionalObject("kafka").map(SliceHeaderJson::kafka);
        Slice slice =
                new Slice(
                        json.clusterTime("after"),
                        json.clusterTime("through"),
                        kafka.map(KafkaRange::firstOffset).orElse(0L));
        ObjectKey.OfSlice key =
                new ObjectKey.OfSlice(
                        new ClusterName(json.text("cluster")),
                        new Incarnation(json.text("incarnation")),
                        new ReplicaSet(json.text("replicaSet")),
                        slice);
        return new SliceHeader(
                key,
                json.optionalText("role").flatMap(ReplicaSetRole::parse),
                json.optime("first"),
                json.optime("last"),
                counts(json.object("entries")),
                json.optionalNumber("operations"),
                json.number("rawBytes"),
                kafka,
                open(json.objects("openTransactions")),
                json.optionalClusterTime("watermark"));
    }

    private static Map<RecordKind, Long> counts(JsonFields json) {
        Map<RecordKind, Long> counts = new EnumMap<>(RecordKind.class);
        for (String name : json.names()) {
            counts.put(RecordKind.valueOf(name.toUpperCase(Locale.ROOT)), json.number(name));
        }
        return counts;
    }

    private static List<OpenTransaction> open(List<JsonFields> list) {
        return list.stream().map(SliceHeaderJson::transaction).toList();
    }

    private static OpenTransaction transaction(JsonFields json) {
        TransactionKey key = new TransactionKey(Base64.getDecoder().decode(json.text("key")));
        Optional<Optime> prepared = json.optionalOptime("prepared");
        return new OpenTransaction(key, json.optime("first"), prepared);
    }
}
