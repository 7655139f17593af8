package io.tidemark.restore;

import io.tidemark.restore.serial.SerialReplay;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;

/** One replica set's oplog, entry by entry, as servers write it; every collection has a UUID. */
public final class HandMadeOplog {
    private final List<BsonDocument> entries = new ArrayList<>();

    /** The UUID of the collection that was created under this name. */
    public static UUID uuid(String ns) {
        return UUID.nameUUIDFromBytes(ns.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** An entry's operation fields, or an element of an {@code applyOps}. */
    public static BsonDocument operation(String op, String ns, BsonDocument o) {
        return new BsonDocument("op", new BsonString(op))
                .append("ns", new BsonString(ns))
                .append("ui", new BsonBinary(uuid(ns)))
                .append("o", o);
    }

    public static BsonDocument insertOf(String ns, BsonDocument document) {
        return operation("i", ns, document);
    }

    public static BsonDocument updateOf(String ns, BsonValue id, BsonDocument o) {
        return operation("u", ns, o).append("o2", new BsonDocument("_id", id));
    }

    public static BsonDocument deleteOf(String ns, BsonValue id) {
        return operation("d", ns, new BsonDocument("_id", id));
    }

    /** A command on a collection. */
    public static BsonDocument commandOf(String ns, BsonDocument o) {
        String database = ns.substring(0, ns.indexOf('.'));
        return operation("c", ns, o).append("ns", new BsonString(database + ".$cmd"));
    }

    /**
     * @param more further fields of the create command
     */
    public HandMadeOplog create(String ns, BsonDocument more) {
        BsonDocument o =
                new BsonDocument("create", new BsonString(ns.substring(ns.indexOf('.') + 1)));
        o.putAll(more);
        return add(commandOf(ns, o));
    }

    /** One entry of that operation. */
    public HandMadeOplog add(BsonDocument operation) {
        BsonDocument entry = operation.clone();
        entry.append("ts", new BsonTimestamp(9, entries.size() + 1))
                .append("t", new BsonInt64(1))
                .append("v", new BsonInt64(2));
        entries.add(entry);
        return this;
    }

    public List<OplogEntry> entries() {
        return entries.stream().map(entry -> OplogEntry.of(BsonFiles.raw(entry))).toList();
    }

    public ClusterTime end() {
        return new ClusterTime(9, entries.size());
    }

    /** What one entry after the other makes of it. */
    public SerialReplay replayed() {
        SerialReplay replay = new SerialReplay(new BsonTimestamp(0, 0));
        entries.forEach(replay::apply);
        return replay;
    }
}
