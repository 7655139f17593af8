package io.tidemark.restore.external;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Entries name collections by UUID. If one behind the base writes to a UUID that neither the target
 * holds nor an entry created, the target's collections are others than the source's.
 */
public final class UuidCheck {
    private final ReplicaSet set;
    private final NamespaceRules rules;
    private final ClusterTime exactFrom;
    private final Set<UUID> known = new HashSet<>();
    private final Map<Namespace, UUID> names = new HashMap<>();

    /**
     * @param exactFrom the end of the base: entries up to it may be of collections that were gone
     *     by then
     */
    public UuidCheck(
            ReplicaSet set,
            NamespaceRules rules,
            ClusterTime exactFrom,
            List<HeldCollection> held) {
        this.set = set;
        this.rules = rules;
        this.exactFrom = exactFrom;
        held.forEach(
                collection ->
                        collection
                                .uuid()
                                .ifPresent(
                                        uuid -> {
                                            known.add(uuid);
                                            names.put(collection.namespace(), uuid);
                                        }));
    }

    /**
     * Reads all of them.
     *
     * @throws RestoreException.TargetRefused at the first that fits no collection
     */
    public void run(Iterator<OplogEntry> entries) {
        entries.forEachRemaining(this::see);
    }

    private void see(OplogEntry entry) {
        BsonDocument whole = entry.raw().toBson();
        BsonValue several = whole.getDocument("o", new BsonDocument()).get("applyOps");
        if (entry.op().equals("c") && several != null && several.isArray()) {
            several.asArray().stream()
                    .filter(BsonValue::isDocument)
                    .forEach(inner -> see(inner.asDocument(), entry));
        } else {
            see(whole, entry);
        }
    }

    private void see(BsonDocument operation, OplogEntry entry) {
        Optional<UUID> uuid = uuid(operation.get("ui"));
        String op = text(operation.get("op"));
        if (uuid.isEmpty() || known.contains(uuid.get())) {
            return;
        }
        if (op.equals("c") && command(operation).equals("create")) {
            known.add(uuid.get());
            return;
        }
        Optional<Namespace> namespace = op.equals("c") ? subject(operation) : named(operation);
        // Any command but its creation needs the collection: else it would change nothing here.
        boolean written = op.equals("i") || op.equals("u") || op.equals("c");
        boolean wanted =
                namespace.filter(ns -> rules.of(ns) == NamespaceRules.Route.DATA).isPresent();
        if (written && wanted && entry.clusterTime().isAfter(exactFrom)) {
            throw refusal(namespace.get(), uuid.get(), entry);
        }
    }

    private static String command(BsonDocument operation) {
        BsonDocument o = operation.getDocument("o", new BsonDocument());
        return o.isEmpty() ? "" : o.getFirstKey();
    }

    private static Optional<Namespace> named(BsonDocument operation) {
        return Namespace.parse(text(operation.get("ns")));
    }

    /** The collection that a command is about: named in it, whole only by a rename. */
    private static Optional<Namespace> subject(BsonDocument operation) {
        String command = command(operation);
        String name = text(operation.getDocument("o", new BsonDocument()).get(command));
        return command.equals("renameCollection")
                ? Namespace.parse(name)
                : named(operation).map(of -> of.withCollection(name));
    }

    private RestoreException refusal(Namespace namespace, UUID uuid, OplogEntry entry) {
        String own =
                Optional.ofNullable(names.get(namespace))
                        .map(other -> "has the UUID " + other + " in the target")
                        .orElse("is not in the target");
        return new RestoreException.TargetRefused(
                "The target of replica set "
                        + set
                        + " is refused: entry "
                        + entry.optime()
                        + " writes to "
                        + namespace
                        + " ("
                        + uuid
                        + "), which "
                        + own
                        + ". Nothing was written. Its data are not the source's at the time that"
                        + " was said, or were restored without UUIDs: mongorestore keeps them with"
                        + " --preserveUUID.");
    }

    private static Optional<UUID> uuid(BsonValue value) {
        return value instanceof BsonBinary binary && binary.getType() == 4
                ? Optional.of(binary.asUuid())
                : Optional.empty();
    }

    private static String text(BsonValue value) {
        return value != null && value.isString() ? value.asString().getValue() : "";
    }
}
