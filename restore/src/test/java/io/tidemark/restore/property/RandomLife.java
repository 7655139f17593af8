package io.tidemark.restore.property;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The life of a cluster that a seed decides, from its birth to the day of the restore. */
final class RandomLife implements AutoCloseable {
    final Life life;
    private final UserWrites writes;
    private final Transfers transfers;
    private final Moves moves;
    private final Definitions definitions;
    private final Failures failures;
    private final Versions versions;
    private final RareActions rarities;

    private final Consumer<Life> beside;

    /** Rare things happen to every second life, and to all beyond those of a build. */
    RandomLife(long seed) {
        this(seed, seed % 2 != 0 || seed > 1_000_000, all -> {});
    }

    /**
     * @param beside done after every step; the seed's life stays the same
     */
    RandomLife(long seed, Consumer<Life> beside) {
        this(seed, false, beside);
    }

    private RandomLife(long seed, boolean rare, Consumer<Life> beside) {
        this.beside = beside;
        life = new Life(seed, rare);
        writes = new UserWrites(life);
        transfers = new Transfers(life, writes);
        moves = new Moves(life);
        definitions = new Definitions(life, writes);
        failures = new Failures(life, writes);
        versions = new Versions(life);
        rarities = new RareActions(life, writes, moves);
    }

    void live() {
        definitions.prepare();
        int steps = 60 + life.below(120);
        for (int i = 0; i < steps; i++) {
            time();
            step();
            if (life.rare && life.chance(20)) {
                rarities.act();
            }
            beside.accept(life);
        }
        if (life.chance(60)) {
            transfers.settle();
            moves.settle();
            definitions.settle();
        }
        if (life.chance(80)) {
            life.clock.advance(Duration.ofSeconds(life.below(30)));
            life.cluster.noopEverywhere();
        }
    }

    private void time() {
        if (life.chance(30)) {
            life.clock.advance(Duration.ofSeconds(1 + life.below(3)));
        } else if (life.chance(5)) {
            life.clock.advance(Duration.ofSeconds(15));
        } else if (life.random.nextInt(1000) < 2 && definitions.isIdle()) {
            // What nobody has gone on with for a day is taken for dead.
            life.waitADay();
        }
        if (life.chance(10)) {
            life.cluster.runDueRangeDeletions();
        }
    }

    private void step() {
        int chosen = life.below(1000);
        List<Weighed> all =
                List.of(
                        new Weighed(248, writes::write),
                        new Weighed(15, writes::measure),
                        new Weighed(6, versions::begin),
                        new Weighed(20, versions::advance),
                        new Weighed(8, moves::merge),
                        new Weighed(70, this::transact),
                        new Weighed(170, transfers::advance),
                        new Weighed(60, moves::begin),
                        new Weighed(130, moves::advance),
                        new Weighed(6, moves::abort),
                        new Weighed(18, moves::split),
                        new Weighed(15, moves::deleteLeftOvers),
                        new Weighed(40, moves::drain),
                        new Weighed(30, definitions::begin),
                        new Weighed(70, definitions::advance),
                        new Weighed(45, definitions::atOnce),
                        new Weighed(10, failures::elect),
                        new Weighed(6, failures::rollBack),
                        new Weighed(20, this::noop),
                        new Weighed(4, this::addShard),
                        new Weighed(3, transfers::abandon),
                        new Weighed(2, moves::abandon),
                        new Weighed(2, definitions::abandon));
        for (Weighed one : all) {
            chosen -= one.weight();
            if (chosen < 0) {
                one.action().run();
                return;
            }
        }
    }

    private record Weighed(int weight, Runnable action) {}

    private void transact() {
        if (!transfers.isBusy()) {
            transfers.begin();
        }
    }

    private void noop() {
        var sets = List.copyOf(life.cluster.replicaSets().values());
        life.any(sets).primary().periodicNoop();
    }

    private void addShard() {
        if (life.cluster.shards().size() < 6) {
            life.wrote("add a shard");
            life.step(life.cluster::addShard);
        }
    }

    /** After the archive was made: for the oracle to know where all that was begun would lead. */
    void finishAll() {
        life.step(transfers::decideAll);
        // What was given up before its first step begins only here.
        life.step(definitions::finishAll);
    }

    @Override
    public void close() {
        life.close();
    }
}
