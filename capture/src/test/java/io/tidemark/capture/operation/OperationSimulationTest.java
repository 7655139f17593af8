package io.tidemark.capture.operation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Several agents, one thread, no sleep: crash, pause, late wake-up, partition, lost answers,
 * delayed heartbeats, clocks that jump. {@code -Dtidemark.seed=N} runs one seed again.
 */
final class OperationSimulationTest {
    private static final int SEEDS = Integer.getInteger("tidemark.seeds", 1000);
    private static final long HOUR_MILLIS = 3_600_000;
    private final Map<OperationPhase, Integer> ends = new EnumMap<>(OperationPhase.class);
    private int late;
    private int takeOvers;

    /** A million lines about faults that are meant would bury the one that is not. */
    @BeforeAll
    static void quiet() {
        if (Long.getLong("tidemark.seed") == null) {
            ((Logger) LoggerFactory.getLogger("io.tidemark.capture.operation"))
                    .setLevel(Level.ERROR);
        }
    }

    @AfterAll
    static void loud() {
        ((Logger) LoggerFactory.getLogger("io.tidemark.capture.operation")).setLevel(null);
    }

    @Test
    void aFencedAgentWritesNothingAndEveryOperationEnds() {
        Long one = Long.getLong("tidemark.seed");
        if (one != null) {
            run(one);
            return;
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            run(seed);
        }
        // The simulation must meet what it is for.
        System.out.printf(
                "%d seeds: ends %s, %d late writes, %d take-overs%n", SEEDS, ends, late, takeOvers);
        assertThat(late).as("writes that arrived after their lock was taken over").isPositive();
        assertThat(takeOvers).as("locks taken over").isGreaterThan(SEEDS / 10);
        assertThat(ends.getOrDefault(OperationPhase.DONE, 0)).isGreaterThan(SEEDS / 4);
        assertThat(ends)
                .containsKeys(
                        OperationPhase.FAILED, OperationPhase.CANCELLED, OperationPhase.REFUSED);
    }

    private void run(long seed) {
        SimulatedWorld world = new SimulatedWorld(seed);
        List<SimulatedAgent> agents = new ArrayList<>();
        int count = 2 + world.random.nextInt(3);
        for (int i = 0; i < count; i++) {
            agents.add(new SimulatedAgent(world, "agent-" + i, i == 0 ? 0 : i % 3));
        }
        ask(world, "first");
        for (int i = 0; i < 1200; i++) {
            if (world.random.nextInt(30) == 0) {
                happen(world, agents, i);
            }
            step(world, agents);
        }
        calmDown(seed, world, agents, new OperationId("first"), true);
        judge(seed, world);
        ask(world, "last");
        calmDown(seed, world, agents, new OperationId("last"), false);
        judge(seed, world);
        world.told.values().forEach(s -> ends.merge(s.phase(), 1, Integer::sum));
        late += world.fenced.late();
        takeOvers += (int) world.taken.stream().filter(SimulatedWorld.Taken::fromAnother).count();
    }

    private static void happen(SimulatedWorld world, List<SimulatedAgent> agents, int i) {
        SimulatedAgent agent = agents.get(world.random.nextInt(agents.size()));
        switch (world.random.nextInt(9)) {
            case 0 -> {
                // Killed, and started again under another name.
                agents.remove(agent);
                agents.add(new SimulatedAgent(world, "agent-" + i + "b", world.random.nextInt(3)));
            }
            case 1, 2 -> agent.pause(world.random.nextInt(120));
            case 3 -> agent.cutOff(world.random.nextInt(90));
            case 4, 5 -> agent.loseAnswers(1 + world.random.nextInt(4));
            case 6 -> agent.setClock((world.random.nextInt(3) - 1) * HOUR_MILLIS);
            case 7 -> {
                if (world.random.nextInt(4) == 0) {
                    world.jumpAhead(world.random.nextInt(3600));
                }
            }
            default -> {
                if (world.random.nextInt(4) == 0) {
                    ask(world, "other-" + i);
                } else if (world.random.nextInt(10) == 0) {
                    world.topic.add(
                            new ControlTopic.Cancel(new OperationId("first"), world.millis()));
                }
            }
        }
    }

    private static void ask(SimulatedWorld world, String id) {
        world.topic.add(
                new ControlTopic.Begin(
                        new ControlCommand(
                                new OperationId(id),
                                OperationKind.SNAPSHOT,
                                Map.of(),
                                world.millis())));
    }

    private static void step(SimulatedWorld world, List<SimulatedAgent> agents) {
        world.pass(world.random.nextInt(400) * 1_000_000L);
        agents.get(world.random.nextInt(agents.size())).step();
    }

    /**
     * No more faults: whatever was begun must end.
     *
     * @param mayBeUnheard whether all who heard the command may have died, or have wrong clocks
     */
    private static void calmDown(
            long seed,
            SimulatedWorld world,
            List<SimulatedAgent> agents,
            OperationId id,
            boolean mayBeUnheard) {
        agents.forEach(SimulatedAgent::heal);
        agents.add(new SimulatedAgent(world, "calm-" + id, 0));
        for (int i = 0; i < 60_000; i++) {
            step(world, agents);
            boolean ended =
                    world.states.find(id).map(s -> s.phase().isEnd()).orElse(mayBeUnheard)
                            && isFreeOrLeftByTheDead(world);
            if (ended && agents.stream().allMatch(a -> a.agent.isIdle())) {
                return;
            }
        }
        throw new AssertionError(
                "seed %d: operation %s has not ended: %s, lock %s"
                        .formatted(
                                seed,
                                id,
                                world.states.find(id),
                                world.locks.look(LockName.CLUSTER)));
    }

    /** A lock that its holder could not give back is free for the next one when it is stale. */
    private static boolean isFreeOrLeftByTheDead(SimulatedWorld world) {
        LockSighting lock = world.locks.look(LockName.CLUSTER);
        return lock.isFree()
                || lock.ageSeconds() > SimulatedAgent.SETTINGS.staleAfter().toSeconds();
    }

    private static void judge(long seed, SimulatedWorld world) {
        assertThat(world.fenced.breaches()).as("seed " + seed).isEmpty();
        assertThat(WholeOrAbsent.breaches(world.bucket)).as("seed " + seed).isEmpty();
        for (OperationState state : world.told.values()) {
            if (state.phase() == OperationPhase.DONE) {
                assertThat(world.bucket).as("seed " + seed).containsKey("manifest/" + state.id());
            }
            if (state.phase() == OperationPhase.REFUSED) {
                assertThat(world.bucket.keySet())
                        .as("seed %d: a refused operation wrote", seed)
                        .noneMatch(key -> key.contains(state.id() + "/"));
            }
        }
    }
}
