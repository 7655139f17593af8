package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.ExternalBase;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.timeline.window.Policy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
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
    private static final int MOST_KILLS = 30;

    private long kills;
    private long restores;
    private long documents;

    @Test
    void aRestoreOverABaseInItsTargetsThatIsKilledAnywhereEndsAsIfNobodyHadKilledIt() {
        ArchivedLives lives =
                new ArchivedLives(
                        12,
                        2,
                        seed -> seed * 17 + 2,
                        (number, safe, random) ->
                                safe.get(safe.size() / 2 + random.nextInt((safe.size() + 1) / 2)));

        List<String> failures = lives.failures(this::restore);

        System.out.printf(
                "%d restores over bases in their targets, killed %d times, %d documents%n",
                restores, kills, documents);
        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        assertThat(ArchivedLives.isOne() || restores > 0 && kills > restores)
                .as("kills %d", kills)
                .isTrue();
    }

    private List<String> restore(ArchivedLives.Lived lived, ClusterTime time) {
        // A volume holds what a migration under way has copied; a restored base does not.
        List<ClusterTime> bases =
                lived.safe(Policy.STRICT).stream().filter(t -> t.isBefore(time)).toList();
        if (bases.isEmpty()) {
            return List.of();
        }
        // Of the same run without a gap, often.
        int back = 1 + lived.random().nextInt(Math.min(bases.size(), 20));
        ClusterTime base = bases.get(bases.size() - back);
        return restore(lived, base, time).stream().map(d -> "from " + base + ": " + d).toList();
    }

    private List<String> restore(ArchivedLives.Lived lived, ClusterTime base, ClusterTime time) {
        SeedArchive archive = lived.archive();
        Random random = lived.random();
        Map<String, MemoryRestoreTarget> held = new TreeMap<>();
        RestoreOptions options = KilledRuns.options(random);
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
        List<String> wrong = new Comparison(lived.life(), time.toBson(), whole).run();
        if (!wrong.isEmpty()) {
            return List.of("wrong without a kill: " + wrong);
        }
        Map<String, MemoryRestoreTarget> targets = copies(held);
        Comparison comparison = new Comparison(lived.life(), time.toBson(), targets);
        KilledRuns runs = new KilledRuns(random, immortal.calls(), MOST_KILLS);
        RestoreReport report =
                runs.toTheEnd(
                                process ->
                                        run(
                                                archive,
                                                time,
                                                Optional.of(base),
                                                options,
                                                targets,
                                                process),
                                () -> KilledRestoreTest.isDone(lived.life(), time, targets))
                        .orElse(wanted);
        kills += runs.kills();
        List<String> differences = new ArrayList<>(comparison.run());
        documents += comparison.documents();
        differences.addAll(ArchivedLives.leftovers(targets));
        differences.addAll(KilledRuns.differences(report, wanted));
        return differences.stream().map(d -> "killed " + runs.kills() + ": " + d).toList();
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
