package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.frames.FrameOptions;
import io.tidemark.storage.object.FileObjectStore;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SealedSlice;
import io.tidemark.storage.slice.SliceStart;
import io.tidemark.storage.slice.SliceWriter;
import io.tidemark.timeline.window.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many documents there are does not matter to the heap, nor how many shards share it. */
final class SmallHeapRestoreTest {
    private static final String HEAP = "-Xmx128m";

    /** What the heap has room for; the defaults are meant for four times as much. */
    private static final RestoreOptions OPTIONS =
            new RestoreOptions(2_000, 4_000_000, 12 << 20, 12 << 20, 2, 500_000);

    private static final List<String> SHARDS = List.of("rs0", "rs1", "rs2");
    private static final int DOCUMENTS = 720_000;
    private static final int OPERATIONS_PER_ENTRY = 1_000;
    private static final long SLICE_BYTES = 32L << 20;
    private static final byte[] UUID = {
        16, 0, 0, 0, 4, 1, 2, 3, 4, 5, 6, 0x47, 8, -97, 9, 9, 9, 9, 9, 9, 9
    };

    @TempDir Path folder;

    @Test
    void threeShardsWithManyDocumentsEachAreVerifiedInASmallHeap() throws Exception {
        try (ObjectStore store = new FileObjectStore(folder)) {
            for (String shard : SHARDS) {
                new Archiving(store, shard).run();
            }
        }
        try (TestArchive archive = new TestArchive(folder)) {
            archive.slices("cfg", ReplicaSetRole.CONFIG_SERVER, ClusterTime.ZERO, members());
        }
        Path log = folder.resolve("restore.log");
        Process restore =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                HEAP,
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallHeapRestoreTest.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        int exit = restore.waitFor();
        assertThat(exit).as(() -> "the restore says: " + text(log)).isZero();
    }

    private static List<OplogEntry> members() {
        String uuid = "ui: {$uuid: '00000000-0000-4000-8000-000000000001'}";
        List<OplogEntry> entries = new ArrayList<>();
        entries.add(entry(1, "op: 'c', ns: 'config.$cmd', o: {create: 'shards'}, " + uuid));
        for (String shard : SHARDS) {
            String o = "{_id: '%s', host: '%s/source-%s:27018', state: 1}";
            String insert = "op: 'i', ns: 'config.shards', o: " + o + ", " + uuid;
            entries.add(entry(entries.size() + 1, insert.formatted(shard, shard, shard)));
        }
        entries.add(entry(Archiving.ENTRIES, "op: 'n', ns: '', o: {msg: 'periodic noop'}"));
        return entries;
    }

    private static OplogEntry entry(int increment, String fields) {
        String text =
                "{%s, ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong:"
                        + " '2'}}";
        return OplogEntry.of(BsonFiles.json(text.formatted(fields, increment)));
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (java.io.IOException e) {
            return "nothing readable: " + e.getMessage();
        }
    }

    /**
     * The restore, in the small heap.
     *
     * @param args the bucket's folder
     */
    public static void main(String[] args) {
        Map<String, NumbersTarget> targets = new HashMap<>();
        Map<String, String> names = new TreeMap<>();
        names.put("cfg", "cfg");
        SHARDS.forEach(shard -> targets.put(shard, new NumbersTarget(shard)));
        SHARDS.forEach(shard -> names.put(shard, shard));
        try (ObjectStore store = new FileObjectStore(Path.of(args[0]))) {
            RestoreReport report =
                    Restore.run(
                            new RestoreRequest(
                                    store,
                                    FrameKeys.NONE,
                                    TestArchive.CLUSTER,
                                    new ClusterTime(7, Archiving.ENTRIES),
                                    names,
                                    OPTIONS,
                                    // Nothing in this archive says when the shards had joined.
                                    new Safety(Policy.EXACT, true)),
                            RestoreProgress.silent(),
                            (name, options) ->
                                    name.equals("cfg")
                                            ? new MemoryRestoreTarget(name)
                                            : targets.get(name));
            for (String shard : SHARDS) {
                CollectionReport orders =
                        report.replicaSets().get(shard).collections().get("shop.orders");
                assertThat(orders.verified()).isEqualTo("content");
                assertThat(orders.documents()).isEqualTo(targets.get(shard).size());
                assertThat(orders.documents()).isEqualTo(DOCUMENTS - Archiving.DELETED);
            }
        }
    }

    /** Inserts, then a delta of every seventh document, then a delete of every third. */
    private static final class Archiving {
        private static final int CHANGES = 7;
        private static final int DELETES = 3;
        private static final int DELETED = (DOCUMENTS + DELETES - 1) / DELETES;
        private static final int CHANGED = (DOCUMENTS + CHANGES - 1) / CHANGES;
        static final int ENTRIES = 1 + entries(DOCUMENTS) + entries(CHANGED) + entries(DELETED);

        private final ObjectStore store;
        private SliceStart start;
        private SliceWriter writer;
        private int next = 1;

        Archiving(ObjectStore store, String shard) {
            this.store = store;
            this.start =
                    new SliceStart(
                            TestArchive.CLUSTER,
                            Incarnation.UNKNOWN,
                            new ReplicaSet(shard),
                            Optional.of(ReplicaSetRole.shard(shard)),
                            ClusterTime.ZERO,
                            List.of());
        }

        private static int entries(int operations) {
            return (operations + OPERATIONS_PER_ENTRY - 1) / OPERATIONS_PER_ENTRY;
        }

        void run() {
            add(
                    new RawDocumentBuilder(128)
                            .appendString("op", "c")
                            .appendString("ns", "shop.$cmd")
                            .append(ascii("ui"), (byte) 0x05, UUID)
                            .openDocument("o")
                            .appendString("create", "orders")
                            .close());
            write("i", 1);
            write("u", CHANGES);
            write("d", DELETES);
            seal();
        }

        /** One operation on each document whose number is a multiple of {@code step}. */
        private void write(String op, int step) {
            for (int from = 0; from < DOCUMENTS; from += step * OPERATIONS_PER_ENTRY) {
                RawDocumentBuilder entry =
                        new RawDocumentBuilder(128 * OPERATIONS_PER_ENTRY)
                                .appendString("op", "c")
                                .appendString("ns", "admin.$cmd")
                                .openDocument("o")
                                .openArray("applyOps");
                for (int i = 0; i < OPERATIONS_PER_ENTRY && from + i * step < DOCUMENTS; i++) {
                    operation(entry.openDocument(Integer.toString(i)), op, from + i * step);
                    entry.close();
                }
                add(entry.close().close());
            }
        }

        private static void operation(RawDocumentBuilder operation, String op, int number) {
            RawDocument id =
                    RawDocument.of(new RawDocumentBuilder(16).appendInt32("_id", number).build());
            operation
                    .appendString("op", op)
                    .appendString("ns", "shop.orders")
                    .append(ascii("ui"), (byte) 0x05, UUID);
            switch (op) {
                case "i" -> operation.appendDocument("o", NumbersTarget.document(number, false));
                case "d" -> operation.appendDocument("o", id);
                default ->
                        operation
                                .openDocument("o")
                                .appendInt32("$v", 2)
                                .openDocument("diff")
                                .openDocument("u")
                                .appendInt32("v", number + 1)
                                .close()
                                .close()
                                .close()
                                .appendDocument("o2", id);
            }
        }

        private void add(RawDocumentBuilder entry) {
            byte[] bytes =
                    entry.appendTimestamp("ts", 7L << 32 | next++)
                            .appendInt64("t", 1)
                            .appendInt64("v", 2)
                            .build();
            if (writer == null) {
                writer = new SliceWriter(start, FrameOptions.defaults());
            }
            writer.add(OplogEntry.of(RawDocument.of(bytes)));
            if (writer.rawBytes() >= SLICE_BYTES) {
                seal();
            }
        }

        private void seal() {
            if (writer != null) {
                try (SliceWriter filled = writer;
                        SealedSlice slice = filled.seal()) {
                    slice.putTo(store);
                    start = SliceStart.behind(slice.header());
                }
                writer = null;
            }
        }
    }

    private static byte[] ascii(String name) {
        return name.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
