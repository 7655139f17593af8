package io.tidemark.cli.changelog;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/**
 * The oplogs of a cluster of two shards, s0 (rs0) and s1 (rs1), in the words of one server version:
 * what that version's changelog lines, chunk documents and commits look like.
 */
final class HandMadeOplogs {
    static final String CONFIG = "cfg";
    private final double version;
    private final Map<ReplicaSet, List<OplogEntry>> entries = new TreeMap<>();
    private final Map<ReplicaSet, Gap> gaps = new TreeMap<>();
    private final Map<Long, Integer> increments = new TreeMap<>();
    private int lines;

    HandMadeOplogs(double version) {
        this.version = version;
        List.of(CONFIG, "rs0", "rs1").forEach(set -> noop(10, set));
        for (String shard : List.of("s0", "s1")) {
            String host = "r" + shard + "/h:27018";
            insert(11, CONFIG, "config.shards", json("{_id:'%s', host:'%s'}", shard, host));
            log(11, "addShard", "", "config", json("{name:'%s', host:'%s'}", shard, host));
        }
    }

    Map<ReplicaSet, List<OplogEntry>> entries() {
        return entries;
    }

    static ReplicaSetRole role(ReplicaSet set) {
        return set.name().equals(CONFIG)
                ? ReplicaSetRole.CONFIG_SERVER
                : ReplicaSetRole.shard(set.name().substring(1));
    }

    /** What the set writes from now on, before that second, is lost. */
    void hole(String set, long through) {
        ReplicaSet holed = new ReplicaSet(set);
        ClusterTime after = last(entries.get(holed));
        Gap gap = new Gap(after, new ClusterTime(through, 0), "the oplog rolled over");
        gaps.put(holed, gap);
    }

    Optional<Gap> gap(ReplicaSet set) {
        return Optional.ofNullable(gaps.get(set));
    }

    /** Everything is known up to there. */
    void quiet(long second) {
        List.of(CONFIG, "rs0", "rs1").forEach(set -> noop(second, set));
    }

    void noop(long second, String set) {
        entry(second, set, json("{op:'n', ns:'', o:{msg:'periodic noop'}}"));
    }

    /** A changelog line, in its version's envelope. */
    void log(long second, String what, String ns, String writer, BsonDocument details) {
        String host = version < 4.2 ? "node1" : "node1:27018";
        String id = host + "-2026-11-20T10:00:00.000+0000-" + "%024x".formatted(++lines);
        BsonDocument line = new BsonDocument("_id", new BsonString(id));
        line.append("server", new BsonString(version < 8 ? host : host + " session 17"));
        if (version >= 4.2) {
            line.append("shard", new BsonString(writer));
        }
        line.append("clientAddr", new BsonString(""));
        line.append("time", new BsonDateTime(second * 1000));
        line.append("what", new BsonString(what)).append("ns", new BsonString(ns));
        insert(second, CONFIG, "config.changelog", line.append("details", details));
    }

    /** {@code config.collections} gets the collection. */
    void collection(long second, String ns) {
        BsonDocument document = new BsonDocument("_id", new BsonString(ns));
        document.append("uuid", uuid(ns)).append("key", json("{x:1}"));
        if (version < 5) {
            document.append("dropped", BsonBoolean.FALSE);
        }
        insert(second, CONFIG, "config.collections", document);
    }

    /** {@code config.chunks} gives the range to the shard, in the way of its version. */
    void chunk(long second, String ns, int min, int max, String shard) {
        BsonValue id = new BsonString(ns + "-x_" + min);
        BsonDocument whole = new BsonDocument("_id", id);
        whole.append("lastmod", new BsonTimestamp(2, 0));
        if (version < 5) {
            whole.append("ns", new BsonString(ns));
        } else {
            whole.append("uuid", uuid(ns));
        }
        whole.append("min", json("{x:%d}", min)).append("max", json("{x:%d}", max));
        whole.append("shard", new BsonString(shard));
        BsonDocument update = new BsonDocument("op", new BsonString("u"));
        update.append("ns", new BsonString("config.chunks"));
        update.append("o2", new BsonDocument("_id", id));
        update.append("o", version < 8 ? whole : json("{$v:2, diff:{u:{shard:'%s'}}}", shard));
        BsonArray operations = new BsonArray(List.of(update));
        BsonDocument o = new BsonDocument("applyOps", operations);
        if (version < 6) {
            o.append("alwaysUpsert", BsonBoolean.FALSE);
            entry(second, CONFIG, json("{op:'c', ns:'config.$cmd'}").append("o", o));
            return;
        }
        BsonDocument transaction =
                json("{op:'c', ns:'admin.$cmd', prevOpTime:{t:{$numberLong:'-1'}}}");
        transaction.getDocument("prevOpTime").append("ts", new BsonTimestamp(0));
        transaction.append("lsid", new BsonDocument("id", uuid("session " + second)));
        transaction.append("txnNumber", new BsonInt64(1));
        entry(second, CONFIG, transaction.append("o", o));
    }

    /** A DDL coordinator's document, on the shard where it runs (from 5.0 on). */
    void coordinator(long second, String set, String operation, String ns, boolean begins) {
        BsonDocument id = json("{namespace:'%s', operationType:'%s'}", ns, operation);
        BsonDocument o = new BsonDocument("_id", id);
        String table = "config.system.sharding_ddl_coordinators";
        entry(second, set, json("{op:'%s', ns:'%s'}", begins ? "i" : "d", table).append("o", o));
    }

    void command(long second, String set, String database, BsonDocument o) {
        entry(second, set, json("{op:'c', ns:'%s.$cmd'}", database).append("o", o));
    }

    void insert(long second, String set, String ns, BsonDocument document) {
        entry(second, set, json("{op:'i', ns:'%s'}", ns).append("o", document));
    }

    void delete(long second, String set, String ns, BsonDocument key) {
        entry(second, set, json("{op:'d', ns:'%s'}", ns).append("o", key));
    }

    void update(long second, String set, String ns, BsonDocument key, BsonDocument change) {
        BsonDocument entry = json("{op:'u', ns:'%s'}", ns);
        entry(second, set, entry.append("o2", key).append("o", change));
    }

    private void entry(long second, String set, BsonDocument fields) {
        int increment = increments.merge(second, 1, Integer::sum);
        BsonDocument entry = new BsonDocument();
        entry.putAll(fields);
        entry.put("ts", new BsonTimestamp((int) second, increment));
        entry.put("t", new BsonInt64(1));
        entry.put("v", new BsonInt32(2));
        if (version < 4.2) {
            entry.put("h", new BsonInt64(second));
        }
        if (version >= 4) {
            entry.put("wall", new BsonDateTime(second * 1000));
        }
        entries.computeIfAbsent(new ReplicaSet(set), s -> new ArrayList<>())
                .add(OplogEntry.of(bytes(entry)));
    }

    /** Of the entries of one replica set. */
    static ClusterTime last(List<OplogEntry> of) {
        return of.get(of.size() - 1).clusterTime();
    }

    static BsonDocument json(String text, Object... values) {
        return BsonDocument.parse(values.length == 0 ? text : text.formatted(values));
    }

    private static BsonBinary uuid(String of) {
        return new BsonBinary(
                UUID.nameUUIDFromBytes(of.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static byte[] bytes(BsonDocument document) {
        BasicOutputBuffer out = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
        }
        return out.toByteArray();
    }
}
