package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Documents that a dump must hold if it is whole and of the replica set of the oplog beside it:
 * those that the oplog updates (or, behind the dump's end, deletes) without having made them since
 * the dump began, and does not delete before the dump's end. They were there all the time in which
 * the dump was made. This tells shards apart that hold the same sharded collections, and needs no
 * metadata.
 *
 * <p>First sees the oplog in order, then the dump's documents.
 */
final class DumpWitnesses {
    /** Entries behind the dump's end that are looked at. */
    private static final int BEHIND = 100_000;

    private static final int MOST = 256;

    /** Half a MiB; the more bits are set, the more witnesses are lost, and none is wrong. */
    private static final int TOUCHED_BITS = 22;

    private static final Set<String> SERVERS_OWN = Set.of("admin", "config", "local");

    private record Key(Namespace namespace, byte type, ByteBuffer id) {}

    private final BaseImport.Extent extent;

    /** True where the dump tells that nothing goes without an entry. */
    private final Map<Namespace, Boolean> collections = new HashMap<>();

    /** By hash: documents that share one are taken for one. */
    private final BitSet touched = new BitSet(1 << TOUCHED_BITS);

    private final Set<String> changedDatabases = new HashSet<>();
    private final Map<Key, Optime> missing = new HashMap<>();
    private int found;
    private int behind;
    private boolean closed;

    DumpWitnesses(Dump dump, BaseImport.Extent extent) {
        this.extent = extent;
        for (DumpedCollection each : dump.collections()) {
            Namespace namespace = each.namespace();
            boolean plain =
                    each.metadata().type().equals("collection")
                            && !SERVERS_OWN.contains(namespace.database())
                            && !namespace.collection().startsWith("system.");
            // The oldest documents of a capped one go without entries.
            boolean uncapped =
                    !each.lacksMetadata() && !each.metadata().options().containsKey("capped");
            if (plain) {
                collections.put(namespace, uncapped);
            }
        }
    }

    /** False if nothing more can be learnt. */
    boolean see(OplogEntry entry) {
        if (entry.clusterTime().isBefore(extent.replayFrom())) {
            return true;
        }
        switch (entry.shape()) {
            case INSERT, UPDATE, DELETE -> alone(entry);
            case NOOP -> {
                // It writes nothing.
            }
            case DDL -> changed(entry.ns(), isDuring(entry));
            case COMMIT -> closed |= beganBefore(entry);
            case ABORT -> {
                // What it would have written was seen, or never came to be.
            }
            case UNKNOWN -> forget();
            default -> together(entry);
        }
        behind += isDuring(entry) ? 0 : 1;
        closed |= behind > BEHIND || missing.size() >= MOST;
        return !collections.isEmpty() && (isDuring(entry) || !closed);
    }

    private boolean isDuring(OplogEntry entry) {
        return !entry.clusterTime().isAfter(extent.usableFrom());
    }

    private void alone(OplogEntry entry) {
        Optional<Key> key = entry.documentId().flatMap(id -> key(entry.ns(), id));
        if (key.isEmpty()) {
            return;
        }
        boolean first = touch(key.get());
        boolean delete = entry.op().equals("d");
        if (entry.op().equals("i") || delete && isDuring(entry)) {
            missing.remove(key.get());
        } else if (first && !closed && isWitness(entry, key.get().namespace())) {
            missing.put(key.get(), entry.optime());
        }
    }

    /** True if nothing before wrote to it. */
    private boolean touch(Key key) {
        int bit = key.hashCode() * 0x9E3779B9 >>> Integer.SIZE - TOUCHED_BITS;
        boolean first = !touched.get(bit);
        touched.set(bit);
        return first;
    }

    /** A migration's may be of a copy that a dump through routers does not show. */
    private boolean isWitness(OplogEntry entry, Namespace namespace) {
        boolean upsert = entry.op().equals("u") && entry.raw().has("b");
        return !entry.fromMigrate()
                && !upsert
                && collections.containsKey(namespace)
                && (collections.get(namespace) || !isDuring(entry))
                && !changedDatabases.contains(namespace.database());
    }

    private void together(OplogEntry entry) {
        closed |= beganBefore(entry);
        Operations.forEach(entry, operation -> within(operation, isDuring(entry)));
    }

    /** Whether it will be committed is not asked: it proves nothing either way. */
    private void within(Operation operation, boolean during) {
        if (operation.op().equals("c")) {
            changed(operation.ns(), during);
            return;
        }
        RawDocument about = operation.o2().orElse(operation.o());
        Optional<Key> key = about.find("_id").flatMap(id -> key(operation.ns(), id));
        if (key.isPresent()) {
            touch(key.get());
            if (during) {
                missing.remove(key.get());
            }
        }
    }

    /** What it wrote before the oplog begins is not known. */
    private boolean beganBefore(OplogEntry entry) {
        return entry.shape().isTransactionChain()
                && entry.previousOptime()
                        .filter(o -> o.clusterTime().isBefore(extent.replayFrom()))
                        .isPresent();
    }

    /** Names of the database may mean other collections from here on. */
    private void changed(String ns, boolean during) {
        int dot = ns.indexOf('.');
        String database = dot < 0 ? ns : ns.substring(0, dot);
        changedDatabases.add(database);
        if (during) {
            missing.keySet().removeIf(key -> key.namespace().database().equals(database));
        }
    }

    private static Optional<Key> key(String ns, RawElement id) {
        return Namespace.parse(ns).map(namespace -> new Key(namespace, id.typeByte(), bytes(id)));
    }

    private static ByteBuffer bytes(RawElement id) {
        return ByteBuffer.wrap(id.valueBytes());
    }

    /** It is not known what the oplog held until the dump's end. */
    void forget() {
        missing.clear();
        closed = true;
    }

    /** A document of the dump. */
    void found(Namespace namespace, RawDocument document) {
        if (missing.isEmpty() || !collections.containsKey(namespace)) {
            return;
        }
        boolean awaited =
                document.find("_id")
                        .map(id -> missing.remove(new Key(namespace, id.typeByte(), bytes(id))))
                        .isPresent();
        found += awaited ? 1 : 0;
    }

    /**
     * After the dump's last document.
     *
     * @throws CommandFailure if some are missing
     */
    void require(ReplicaSet replicaSet) {
        if (missing.isEmpty()) {
            return;
        }
        Map.Entry<Key, Optime> first =
                missing.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        throw new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "The dump and the oplog of replica set "
                        + replicaSet
                        + " don't belong together: of "
                        + (missing.size() + found)
                        + " documents that must be in the dump, because the oplog writes to them"
                        + " and no entry from "
                        + extent.replayFrom()
                        + " on made them before, or deleted them until "
                        + extent.usableFrom()
                        + ", it lacks "
                        + missing.size()
                        + ". The entry "
                        + first.getValue()
                        + " writes to the first of them, in "
                        + first.getKey().namespace()
                        + ". One of the two is of another replica set, the dump is not whole, or"
                        + " the oplog begins after the dump did or lacks entries. Nothing of this"
                        + " import was made part of the archive; give the whole dump and the oplog"
                        + " of one replica set, the oplog from the dump's beginning on.");
    }
}
