package io.tidemark.restore.property;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.DyingTarget;
import io.tidemark.restore.Placement;
import io.tidemark.restore.Replacement;
import io.tidemark.restore.Restore;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.TestArchive;
import io.tidemark.restore.merge.Selection;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Restores of random clusters' lives into one target, whole or of single collections, beside data
 * that must stay and over data that may go, killed at random calls again and again: the target ends
 * as that of a restore that nobody killed, and where the whole cluster is restored, as the cluster
 * was.
 *
 * <p>One seed alone: {@code -Dtidemark.seed=N}; more of them: {@code -Dtidemark.seeds=1000}.
 */
final class KilledMergedTest {
    private static final int MOST_KILLS = 30;

    /** What is restored where, with what is there before. */
    private record Wish(Placement placement, List<Namespace> before, boolean whole) {}

    private record Outcome(Optional<RestoreReport> report, Optional<String> refusal, int kills) {}

    private long kills;
    private long restores;
    private long refused;
    private long taken;
    private long documents;

    @Test
    void aMergedRestoreThatIsKilledAnywhereAndRunAgainEndsAsIfNobodyHadKilledIt() {
        List<String> failures =
                new ArchivedLives(12, 2, seed -> seed * 13 + 1, ArchivedLives.LATE)
                        .failures(this::restore);

        System.out.printf(
                "%d merged restores (%d refused, %d taken back half done), killed %d times,"
                        + " %d documents%n",
                restores, refused, taken, kills, documents);
        assertThat(failures).as("%s", String.join("\n", failures)).isEmpty();
        assertThat(ArchivedLives.isOne() || kills > restores).as("kills %d", kills).isTrue();
    }

    private List<String> restore(ArchivedLives.Lived lived, ClusterTime time) {
        Random random = lived.random();
        MergedComparison truth = new MergedComparison(lived.life().cluster.oracle(), time.toBson());
        Wish wish = wish(truth.namespaces(), random);
        RestoreOptions options = KilledRuns.options(random);
        RestoreRequest request = request(lived.archive(), time, wish, options);
        MemoryRestoreTarget whole = target(wish);
        DyingTarget.Life immortal = new DyingTarget.Life(Long.MAX_VALUE, random);
        Outcome wanted = run(request, whole, immortal);
        restores++;
        refused += wanted.refusal().isPresent() ? 1 : 0;

        MemoryRestoreTarget target = target(wish);
        KilledRuns runs = new KilledRuns(random, immortal.calls(), MOST_KILLS);
        Outcome found = runToTheEnd(request, target, wanted, runs, random);
        kills += runs.kills();
        List<String> differences = new ArrayList<>();
        if (!found.refusal().equals(wanted.refusal())) {
            differences.add("refused " + found.refusal() + "\n   but was " + wanted.refusal());
        }
        if (!told(found).equals(told(wanted))) {
            differences.add("report " + told(found) + "\n       but was " + told(wanted));
        }
        if (!content(target).equals(content(whole))) {
            differences.add("target " + content(target) + "\n       but was " + content(whole));
        }
        if (wish.whole() && wish.before().isEmpty() && wanted.report().isPresent()) {
            differences.addAll(truth.run(target));
        }
        if (target.readMark().isPresent()) {
            differences.add("the mark is left");
        }
        return differences.stream()
                .map(d -> wish.placement() + ", killed " + found.kills() + ": " + d)
                .toList();
    }

    private Outcome runToTheEnd(
            RestoreRequest request,
            MemoryRestoreTarget target,
            Outcome wanted,
            KilledRuns runs,
            Random random) {
        Map<String, Object> before = content(target);
        boolean takingBack = false;
        while (true) {
            DyingTarget.Life process = runs.next();
            boolean restarts = takingBack || runs.kills() > 0 && random.nextInt(12) == 0;
            RestoreRequest now =
                    new RestoreRequest(
                            request.bucket(),
                            request.keys(),
                            request.cluster(),
                            request.to(),
                            request.targets(),
                            request.options().restarting(restarts),
                            request.safety(),
                            request.placement());
            try {
                Outcome outcome = run(now, target, process);
                boolean ends =
                        outcome.refusal().filter(r -> r.contains("without --restart")).isPresent();
                takingBack &= !ends;
                if (!ends) {
                    return new Outcome(outcome.report(), outcome.refusal(), runs.kills());
                }
            } catch (DyingTarget.Killed dead) {
                runs.killed();
                taken += restarts ? 1 : 0;
                takingBack = restarts;
                if (target.readMark().isEmpty() && !content(target).equals(before)) {
                    // Killed when the mark was gone: it was done, as the comparison shows.
                    return new Outcome(wanted.report(), wanted.refusal(), runs.kills());
                }
            }
        }
    }

    private static Outcome run(
            RestoreRequest request, MemoryRestoreTarget target, DyingTarget.Life process) {
        try {
            return new Outcome(
                    Optional.of(
                            Restore.run(
                                    request,
                                    RestoreProgress.silent(),
                                    (name, o) -> new DyingTarget(target, process))),
                    Optional.empty(),
                    0);
        } catch (RestoreException refusal) {
            return new Outcome(Optional.empty(), Optional.of(refusal.getMessage()), 0);
        }
    }

    private static Wish wish(Set<String> there, Random random) {
        List<Namespace> names =
                there.stream()
                        .map(Namespace::of)
                        .filter(n -> !n.collection().startsWith("system."))
                        .filter(n -> !n.database().equals("admin"))
                        .toList();
        int kind = names.isEmpty() ? 0 : random.nextInt(4);
        if (kind == 0) {
            return new Wish(placement(List.of(), Replacement.NONE), List.of(), true);
        }
        boolean keeps = random.nextBoolean();
        Namespace some = names.get(random.nextInt(names.size()));
        if (kind == 1) {
            Set<String> databases = new TreeSet<>();
            names.forEach(n -> databases.add(n.database()));
            Replacement all = new Replacement(databases, keeps);
            List<Namespace> before = List.of(some, some.withCollection("goes"));
            return new Wish(placement(List.of(), all), before, true);
        }
        List<Selection> selections = new ArrayList<>();
        List<Namespace> before = new ArrayList<>(List.of(Namespace.of("other.stays")));
        Set<String> replaced = new TreeSet<>();
        selections.add(Selection.parse(some.toString(), Optional.of("other.copy")));
        if (kind == 2) {
            Namespace next = names.get(random.nextInt(names.size()));
            if (!next.equals(some)) {
                selections.add(Selection.parse(next.toString(), Optional.empty()));
                before.add(next);
                before.add(next.withCollection("stays"));
                replaced.add(next.toString());
            }
        }
        return new Wish(placement(selections, new Replacement(replaced, keeps)), before, false);
    }

    private static Placement placement(List<Selection> selections, Replacement replacement) {
        return new Placement(Map.of(), Map.of(), selections, replacement);
    }

    private static MemoryRestoreTarget target(Wish wish) {
        MemoryRestoreTarget target = new MemoryRestoreTarget("one:1");
        for (Namespace name : wish.before()) {
            RawDocument document = BsonFiles.json("{_id: 'previous', of: '" + name + "'}");
            target.create(name, Optional.empty(), BsonFiles.json("{}"));
            target.write(
                    name,
                    List.of(
                            new DocumentWrite.Put(
                                    DocumentId.ofDocument(document), document, true)));
        }
        return target;
    }

    private static RestoreRequest request(
            SeedArchive archive, ClusterTime time, Wish wish, RestoreOptions options) {
        return new RestoreRequest(
                archive.bucket(),
                FrameKeys.NONE,
                TestArchive.CLUSTER,
                time,
                Map.of(RestoreRequest.MERGED, "one"),
                options,
                new Safety(Policy.EXACT, false),
                wish.placement());
    }

    private Map<String, Object> content(MemoryRestoreTarget target) {
        Map<String, Object> content = new TreeMap<>();
        target.data()
                .collections()
                .forEach(
                        (name, held) -> {
                            List<String> texts =
                                    target.documents(name.toString()).stream()
                                            .map(d -> HexFormat.of().formatHex(d.toBytes()))
                                            .sorted()
                                            .toList();
                            documents += texts.size();
                            content.put(
                                    plain(name.toString()),
                                    List.of(
                                            texts,
                                            held.options().toString(),
                                            new TreeSet<>(
                                                    held.indexes().stream()
                                                            .map(Object::toString)
                                                            .toList())));
                        });
        return content;
    }

    private static Map<String, Object> told(Outcome outcome) {
        return outcome.report()
                .map(
                        report -> {
                            Map<String, Object> told = KilledRuns.told(report);
                            told.put(
                                    "replaced", plain(new TreeMap<>(report.replaced()).toString()));
                            told.put("rollback", plain(report.rollback().toString()));
                            return told;
                        })
                .orElse(Map.of());
    }

    /** What goes aside has the second in its name. */
    private static String plain(String text) {
        return text.replaceAll("tidemark_previous_\\d+_", "tidemark_previous_");
    }
}
