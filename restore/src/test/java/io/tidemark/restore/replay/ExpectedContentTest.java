package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.replay.content.DocumentHashes;
import io.tidemark.restore.verify.TargetCheck;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a target should hold is known, however few documents are remembered. */
final class ExpectedContentTest {
    private static final long SEED = Long.getLong("tidemark.seed", 4711);
    private static final int OPERATIONS = 6_000;

    private final Random random = new Random(SEED);
    private final MemoryTarget data = new MemoryTarget();
    private int next = 1;

    @ParameterizedTest
    @ValueSource(longs = {0, 64 * 64, 1_000_000})
    void agreesWithATargetThatDoesWhatItIsTold(long remembered) {
        assertThat(problemsOf(data, remembered)).as("seed %d", SEED).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 64 * 64, 1_000_000})
    void showsOneInsertThatWasLost(long remembered) {
        Losing target = new Losing(data, write -> write instanceof DocumentWrite.Put);
        assertThat(problemsOf(target, remembered)).as("seed %d", SEED).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 64 * 64, 1_000_000})
    void showsOneDeleteThatWasLost(long remembered) {
        Losing target = new Losing(data, write -> write instanceof DocumentWrite.Delete);
        assertThat(problemsOf(target, remembered)).as("seed %d", SEED).isNotEmpty();
    }

    private List<String> problemsOf(ReplayTarget target, long remembered) {
        RestoreOptions options = new RestoreOptions(200, 1_000_000, 20_000, 1_000_000, 3, 0);
        try (ShardReplay replay =
                new ShardReplay(
                        ReplayStart.birth(new ReplicaSet("a"), NamespaceRules.shard()),
                        target,
                        new MemoryTarget(),
                        at -> {
                            throw new AssertionError("nothing is read again");
                        },
                        options,
                        new DocumentHashes(remembered),
                        WriteLog.NONE)) {
            write(replay);
            replay.finish();
            Problems problems = new Problems();
            new TargetCheck(target, problems).run(replay.collections());
            return problems.list();
        }
    }

    /** Inserts, replacements, deltas and deletes, many of them on the same documents. */
    private void write(ShardReplay replay) {
        int most = 1_000;
        boolean[] there = new boolean[most];
        for (int i = 0; i < OPERATIONS; i++) {
            int id = random.nextInt(most);
            int dice = random.nextInt(10);
            if (!there[id] || dice == 0) {
                // Over a fuzzy base an insert may find its document already there.
                apply(replay, "op: 'i', o: {_id: %d, v: %d}".formatted(id, i));
                there[id] = true;
            } else if (dice < 3) {
                apply(replay, "op: 'u', o2: {_id: %d}, o: {_id: %d, r: %d}".formatted(id, id, i));
            } else if (dice < 7 || id > most / 2) {
                String delta = "{$v: 2, diff: {i: {w%d: %d}}}".formatted(dice, i);
                apply(replay, "op: 'u', o2: {_id: %d}, o: %s".formatted(id, delta));
            } else {
                apply(replay, "op: 'd', o: {_id: %d}".formatted(id));
                there[id] = false;
            }
        }
    }

    private void apply(ShardReplay replay, String fields) {
        String entry =
                "{%s, ns: 'shop.orders', ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}}";
        replay.apply(OplogEntry.of(BsonFiles.json(entry.formatted(fields, next++))));
    }

    /** Acknowledges one write of the last message that has such a one, and does not do it. */
    private static final class Losing extends Forwarding {
        private static final int FIRST_MESSAGES = 20;
        private final Function<DocumentWrite, Boolean> which;
        private int messages;
        private boolean lost;

        Losing(ReplayTarget to, Function<DocumentWrite, Boolean> which) {
            super(to);
            this.which = which;
        }

        @Override
        public synchronized void write(
                Namespace namespace,
                List<DocumentWrite> writes,
                BiConsumer<DocumentId, RawDocument> displaced) {
            List<DocumentWrite> kept = new ArrayList<>();
            messages++;
            for (DocumentWrite write : writes) {
                if (!lost && messages > FIRST_MESSAGES && which.apply(write)) {
                    lost = true;
                } else {
                    kept.add(write);
                }
            }
            super.write(namespace, kept, displaced);
        }
    }
}
