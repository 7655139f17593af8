package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Whether a dump and the oplog beside it are of one replica set, as far as it is certain: the
 * collection that has a name has one UUID, until something makes, drops or renames a collection.
 * Only what is not sharded tells two shards apart, and only collections that were written to.
 */
final class DumpOrigin {
    /** Entries behind the dump's end that are looked at for collections not met before. */
    private static final int BEHIND = 100_000;

    private record Other(Optime at, UUID uuid) {}

    private final ReplicaSet replicaSet;
    private final BaseImport.Extent extent;
    private final Map<Namespace, UUID> open = new HashMap<>();
    private final Map<Namespace, Other> others = new TreeMap<>();
    private int behind;

    DumpOrigin(ReplicaSet replicaSet, Dump dump, BaseImport.Extent extent) {
        this.replicaSet = replicaSet;
        this.extent = extent;
        for (DumpedCollection collection : dump.collections()) {
            if (collection.metadata().type().equals("collection")) {
                collection
                        .metadata()
                        .uuid()
                        .ifPresent(uuid -> open.put(collection.namespace(), uuid));
            }
        }
    }

    /**
     * Once the oplog was seen to the dump's end.
     *
     * @throws CommandFailure if they are not
     */
    void require() {
        if (!others.isEmpty()) {
            throw refuse();
        }
    }

    /** False if nothing more can be learnt. */
    boolean see(OplogEntry entry) {
        if (entry.clusterTime().isBefore(extent.replayFrom())) {
            return true;
        }
        if (entry.clusterTime().isAfter(extent.usableFrom())) {
            if (!others.isEmpty() || ++behind > BEHIND) {
                return false;
            }
        }
        switch (entry.shape()) {
            case INSERT, UPDATE, DELETE -> entry.collectionUuid().ifPresent(u -> compare(entry, u));
            case NOOP, COMMIT, ABORT -> {
                // They change no collection's name.
            }
            default -> forget(entry);
        }
        return !open.isEmpty();
    }

    private void compare(OplogEntry entry, UUID uuid) {
        Namespace namespace = Namespace.of(entry.ns());
        UUID dumped = open.get(namespace);
        if (dumped != null && !dumped.equals(uuid)) {
            others.putIfAbsent(namespace, new Other(entry.optime(), uuid));
        } else if (dumped != null && entry.clusterTime().isAfter(extent.usableFrom())) {
            open.remove(namespace);
        }
    }

    /** From here on names of its database may mean others than in the dump. */
    private void forget(OplogEntry entry) {
        forget(database(entry.ns()));
        if (entry.commandName().filter("applyOps"::equals).isPresent()) {
            for (BsonValue operation : entry.o().toBson().getArray("applyOps", new BsonArray())) {
                BsonDocument inner = operation.asDocument();
                if (text(inner, "op").equals("c")) {
                    forgetAll(inner);
                }
            }
        }
    }

    private void forgetAll(BsonDocument command) {
        if (command.getDocument("o", new BsonDocument()).containsKey("applyOps")) {
            // As servers before 7.0 logged a user's: it may hold anything.
            open.clear();
            others.clear();
        }
        forget(database(text(command, "ns")));
    }

    private void forget(String database) {
        open.keySet().removeIf(namespace -> namespace.database().equals(database));
        others.keySet().removeIf(namespace -> namespace.database().equals(database));
    }

    private static String text(BsonDocument document, String name) {
        return document.getString(name, new BsonString("")).getValue();
    }

    private static String database(String ns) {
        int dot = ns.indexOf('.');
        return dot < 0 ? ns : ns.substring(0, dot);
    }

    private CommandFailure refuse() {
        Map.Entry<Namespace, Other> other = others.entrySet().iterator().next();
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "The dump and the oplog of replica set "
                        + replicaSet
                        + " don't belong together: the dump knows "
                        + other.getKey()
                        + " as the collection "
                        + open.get(other.getKey())
                        + ", the entry "
                        + other.getValue().at()
                        + " writes to it as "
                        + other.getValue().uuid()
                        + ", and no entry from "
                        + extent.replayFrom()
                        + " on makes, drops or renames a collection there. One of the two is of"
                        + " another replica set, or the oplog begins after the dump did. Give the"
                        + " dump and the oplog of one replica set, the oplog from the dump's"
                        + " beginning on. Nothing was stored.");
    }
}
