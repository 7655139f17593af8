package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.MemberRole;
import io.tidemark.capture.tail.OplogMember;
import io.tidemark.capture.tail.SourceUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** One life of an agent, and what may happen to it. */
final class SimulatedAgent implements OperationClock, ControlTopic, OperationBoard, MemberCheck {
    static final OperationSettings SETTINGS =
            OperationSettings.of(
                    Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(10));
    final String name;
    final OperationAgent agent;
    private final SimulatedWorld world;
    private final SimulatedTasks tasks;
    private final int rank;
    private int heard;
    private long clockSetMillis;
    private long pausedUntil;
    private long cutOffUntil;
    private int answersLost;
    private final List<Runnable> delayed = new ArrayList<>();

    SimulatedAgent(SimulatedWorld world, String name, int rank) {
        this.world = world;
        this.name = name;
        this.rank = rank;
        this.tasks = new SimulatedTasks(world, name);
        this.agent =
                new OperationAgent(
                        new AgentPorts(
                                name,
                                new FaultyLocks(),
                                new FaultyStates(world.states, this::reach),
                                this,
                                tasks,
                                this,
                                this,
                                SETTINGS),
                        this,
                        () -> world.sets);
    }

    /** The agent's own thread, one of its works, or a heartbeat that was long under way. */
    void step() {
        if (world.nanos() < pausedUntil) {
            return;
        }
        if (!delayed.isEmpty() && world.random.nextInt(10) == 0) {
            delayed.remove(0).run();
        } else if (world.random.nextInt(3) == 0) {
            agent.step();
        } else {
            tasks.step();
        }
    }

    void pause(long seconds) {
        pausedUntil = world.nanos() + seconds * SimulatedWorld.SECOND;
    }

    void cutOff(long seconds) {
        cutOffUntil = world.nanos() + seconds * SimulatedWorld.SECOND;
    }

    void loseAnswers(int how) {
        answersLost = how;
    }

    void setClock(long millis) {
        clockSetMillis += millis;
    }

    void heal() {
        pausedUntil = 0;
        cutOffUntil = 0;
        answersLost = 0;
    }

    @Override
    public long nanoTime() {
        return world.nanos();
    }

    @Override
    public long millis() {
        return world.millis() + clockSetMillis;
    }

    @Override
    public List<Order> poll() {
        List<Order> news = List.copyOf(world.topic.subList(heard, world.topic.size()));
        heard = world.topic.size();
        return news;
    }

    @Override
    public Verdict look(SourceSet set) {
        return rank < 0
                ? new Unsuitable("its member is recovering")
                : new Suitable(
                        new OplogMember(
                                set.seeds().get(0),
                                rank == 0 ? MemberRole.HIDDEN : MemberRole.SECONDARY),
                        rank);
    }

    @Override
    public void tell(
            OperationState state, Collection<ShareState> shares, Collection<Candidate> said) {
        world.told.put(state.id(), state);
    }

    @Override
    public void complete(OperationState done, Collection<ShareState> shares) {}

    @Override
    public void close() {}

    private void reach() {
        if (world.nanos() < cutOffUntil) {
            throw new SourceUnavailableException(name + " is cut off from the config servers");
        }
    }

    /** Whether a change is made although its answer does not arrive. */
    private boolean isAnswerLost() {
        if (answersLost > 0) {
            answersLost--;
            return true;
        }
        return false;
    }

    private final class FaultyLocks implements Locks {
        @Override
        public LockSighting look(LockName lock) {
            reach();
            return world.locks.look(lock);
        }

        @Override
        public Optional<LockSighting> take(LockSighting seen, LockClaim claim) {
            reach();
            Optional<LockSighting> ours = world.locks.take(seen, claim);
            ours.ifPresent(
                    s ->
                            world.taken.add(
                                    new SimulatedWorld.Taken(
                                            s.name(),
                                            s.token(),
                                            name,
                                            world.nanos(),
                                            seen.holder()
                                                    .filter(h -> !h.owner().equals(name))
                                                    .isPresent())));
            if (isAnswerLost()) {
                throw new SourceUnavailableException("the answer was lost");
            }
            return ours;
        }

        @Override
        public boolean beat(LockName lock, String owner, long token) {
            reach();
            if (isAnswerLost()) {
                delayed.add(() -> world.locks.beat(lock, owner, token));
                throw new SourceUnavailableException("the heartbeat is still under way");
            }
            return world.locks.beat(lock, owner, token);
        }

        @Override
        public void release(LockName lock, String owner, long token) {
            reach();
            world.locks.release(lock, owner, token);
            if (isAnswerLost()) {
                throw new SourceUnavailableException("the answer was lost");
            }
        }
    }
}
