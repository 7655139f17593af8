package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.external.ExternalBase;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.restore.timeline.ClusterTimeline;
import io.tidemark.restore.timeline.TimelineLookup;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;

/**
 * Restores over bases that lie in the targets, of random clusters' lives, killed at random calls
 * again and again: the result is the true state, and the report that of a restore that nobody
 * killed.
 *
 * <p>One seed alone: {@code -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class KilledExternalTest {
    private static final int TIMES = 2;
    private static final int MOST_KILLS = 30;

    private long kills;
    private long restores;
    private long documents;

    @Test
    void aRestoreOverABaseInItsTargetsThatIsKilledAnywhereEndsAsIfNobodyHadKilledIt() {
        List<String> failures = new ArrayList<>();
        Long one = Long.getLong("tidemark.seed");
        long first = Long.getLong("tidemark.firstSeed", 1);
        LongStream seeds =
                one != null
                        ? LongStream.of(one)
                        : LongStream.range(first, first + Long.getLong("tidemark.seeds", 12));
        seeds.forEach(seed -> failures.addAll(run(seed)));
        System.out.printf(
                "%d restores over bases in their targets, killed %d times, %d documents%n",
                restores, kills, documents);

        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        assertThat(one != null || restores > 0 && kills > restores).as("kills %d", kills).isTrue();
    }

    private List<String> run(long seed) {
        List<String> failures = new ArrayList<>();
        try (RandomLife lived = new RandomLife(seed)) {
            lived.live();
            try (SeedArchive archive = new SeedArchive(lived.life, seed)) {
                lived.finishAll();
                ClusterTimeline stored =
                        new TimelineLookup(archive.bucket(), FrameKeys.NONE, TestArchive.CLUSTER)
                                .fromArchive(entries -> {});
                Random random = new Random(seed * 17 + 2);
                List<ClusterTime> safe = safe(archive, stored, Policy.EXACT);
                // A volume holds what a migration under way has copied; a restored base does not.
                List<ClusterTime> bases = safe(archive, stored, Policy.STRICT);
                for (int i = 0; i < TIMES && safe.size() > 3; i++) {
                    int to = safe.size() / 2 + random.nextInt(safe.size() / 2);
                    // Of the same run without a gap, often.
                    List<ClusterTime> before =
                            bases.stream().filter(t -> t.isBefore(safe.get(to))).toList();
                    if (before.isEmpty()) {
                        continue;
                    }
                    int back = 1 + random.nextInt(Math.min(before.size(), 20));
                    ClusterTime base = before.get(before.size() - back);
                    try {
                        failures.addAll(restore(lived.life, archive, base, safe.get(to), random));
                    } catch (RuntimeException | AssertionError broken) {
                        java.io.StringWriter trace = new java.io.StringWriter();
                        broken.printStackTrace(new java.io.PrintWriter(trace));
                        failures.add("from " + base + " to " + safe.get(to) + ": " + trace);
                    }
                }
            }
        }
        return failures.stream().map(f -> "-Dtidemark.seed=" + seed + " " + f).toList();
    }

    private static List<ClusterTime> safe(
            SeedArchive archive, ClusterTimeline stored, Policy policy) {
        RestoreWindows windows = stored.windows(policy);
        return archive.oplogs().values().stream()
                .flatMap(oplog -> oplog.archived().stream())
                .map(OplogEntry::clusterTime)
                .distinct()
                .sorted()
                .filter(windows::isSafe)
                .toList();
    }

    private List<String> restore(
            Life life, SeedArchive archive, ClusterTime base, ClusterTime time, Random random) {
        Map<String, MemoryRestoreTarget> held = new TreeMap<>();
        RestoreOptions options = KilledRestoreTest.options(random);
        DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
        Map<String, MemoryRestoreTarget> whole;
        RestoreReport wanted;
        try {
            run(archive, base, Optional.empty(), options, held, immortal);
            keepTheSourcesShards(held);
            whole = copies(held);
            immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
            wanted = run(archive, time, Optional.of(base), options, whole, immortal);
        } catch (RestoreException refused) {
            // The shards of then are others, or the oplog does not go on from there.
            if (Boolean.getBoolean("tidemark.diary")) {
                System.out.println("from " + base + " to " + time + ": " + refused.getMessage());
            }
            return List.of();
        }
        restores++;
        Map<String, MemoryRestoreTarget> targets = copies(held);
        RestoreReport report = null;
        int killed = 0;
        while (report == null) {
            long last =
                    killed >= MOST_KILLS
                            ? Long.MAX_VALUE
                            : 1 + (long) (random.nextDouble() * immortal.calls());
            DyingTarget.Life mortal = new DyingTarget.Life(last, random);
            try {
                report = run(archive, time, Optional.of(base), options, targets, mortal);
            } catch (DyingTarget.Killed dead) {
                killed++;
                kills++;
                boolean marked = targets.values().stream().anyMatch(t -> t.readMark().isPresent());
                if (!marked && new Comparison(life, time.toBson(), targets).run().isEmpty()) {
                    // Killed when the last mark was gone.
                    report = wanted;
                }
            }
        }
        List<String> wrong = new Comparison(life, time.toBson(), whole).run();
        if (!wrong.isEmpty()) {
            return List.of("from " + base + " to " + time + ", wrong without a kill: " + wrong);
        }
        Comparison comparison = new Comparison(life, time.toBson(), targets);
        List<String> differences = new ArrayList<>(comparison.run());
        documents += comparison.documents();
        targets.forEach(
                (name, target) -> {
                    if (target.readMark().isPresent()) {
                        differences.add("the mark is left in " + name);
                    }
                });
        Map<String, Object> told = KilledRestoreTest.told(report);
        if (!told.equals(KilledRestoreTest.told(wanted))) {
            differences.add(
                    "report " + told + "\n       but was " + KilledRestoreTest.told(wanted));
        }
        int times = killed;
        return differences.stream()
                .map(d -> "from " + base + " to " + time + ", killed " + times + ": " + d)
                .toList();
    }

    /** A restore gives them the targets' hosts; on a volume they are the source's. */
    private static void keepTheSourcesShards(Map<String, MemoryRestoreTarget> held) {
        Namespace shards = Namespace.of("config.shards");
        for (MemoryRestoreTarget target : held.values()) {
            if (target.data().collections().containsKey(shards)) {
                List<DocumentWrite> writes = new ArrayList<>();
                for (RawDocument shard : target.documents("config.shards")) {
                    BsonDocument rehosted = BsonDocument.parse(shard.toBson().toJson());
                    String host = rehosted.getString("host").getValue();
                    rehosted.put("host", new BsonString(host.replaceAll("/.*", "/source:1")));
                    writes.add(put(BsonFiles.json(rehosted.toJson())));
                }
                target.write(shards, writes);
            }
        }
    }

    private static DocumentWrite put(RawDocument document) {
        return new DocumentWrite.Put(DocumentId.ofDocument(document), document, false);
    }

    private static Map<String, MemoryRestoreTarget> copies(Map<String, MemoryRestoreTarget> held) {
        Map<String, MemoryRestoreTarget> copies = new TreeMap<>();
        held.forEach(
                (name, target) -> {
                    MemoryRestoreTarget copy = new MemoryRestoreTarget(name + ":1");
                    target.data()
                            .collections()
                            .forEach(
                                    (namespace, contents) -> {
                                        copy.create(namespace, contents.uuid(), contents.options());
                                        copy.writeInOrder(
                                                namespace,
                                                target.documents(namespace.toString()).stream()
                                                        .map(KilledExternalTest::put)
                                                        .toList());
                                        contents.indexes()
                                                .forEach(i -> copy.createIndex(namespace, i));
                                        contents.changes().forEach(c -> copy.modify(namespace, c));
                                    });
                    copies.put(name, copy);
                });
        return copies;
    }

    private static RestoreReport run(
            SeedArchive archive,
            ClusterTime time,
            Optional<ClusterTime> base,
            RestoreOptions options,
            Map<String, MemoryRestoreTarget> targets,
            DyingTarget.Life process) {
        Map<String, String> names = new HashMap<>();
        if (targets.isEmpty()) {
            Restore.prepare(request(archive, time, Map.of(), options))
                    .plan()
                    .replicaSets()
                    .forEach(set -> names.put(set.replicaSet().name(), set.replicaSet().name()));
            names.keySet().forEach(n -> targets.put(n, new MemoryRestoreTarget(n + ":1")));
        } else {
            targets.keySet().forEach(name -> names.put(name, name));
        }
        RestoreRequest request = request(archive, time, names, options);
        return Restore.run(
                base.map(b -> new ExternalBase(Map.of(ExternalBase.ALL, b), Optional.empty()))
                        .map(request::over)
                        .orElse(request),
                RestoreProgress.silent(),
                (name, o) -> new DyingTarget(targets.get(name), process));
    }

    private static RestoreRequest request(
            SeedArchive archive,
            ClusterTime time,
            Map<String, String> names,
            RestoreOptions options) {
        return new RestoreRequest(
                archive.bucket(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                names,
                options,
                new Safety(Policy.EXACT, false));
    }
}
