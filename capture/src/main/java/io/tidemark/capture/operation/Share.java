package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's part in one replica set's share of an operation.
 *
 * <pre>
 * waiting  --lock won-->  working  --work returned-->  done, lock free
 *    ^                       |  \--work threw-->  waiting, or failed after several attempts, lock free
 *    '----lock lost----------'
 * </pre>
 */
final class Share {
    private static final Logger LOGGER = LoggerFactory.getLogger(Share.class);
    private final AgentPorts agent;
    private final OperationState operation;
    private final SourceSet set;
    private final LockRace race;
    private long toldNanos;
    private boolean told;
    private HeldLock lock;
    private ShareProgress progress;
    private Tasks.Running running;
    private boolean broke;
    private long brokeNanos;

    Share(AgentPorts agent, OperationState operation, SourceSet set) {
        this.agent = agent;
        this.operation = operation;
        this.set = set;
        this.race = agent.raceFor(LockName.of(set.replicaSet()));
    }

    ReplicaSet replicaSet() {
        return set.replicaSet();
    }

    /** Nothing of it goes on in this process. */
    boolean isIdle() {
        return running == null && lock == null;
    }

    /**
     * @param now the share as it was read last, or empty if nobody had it yet
     * @param also a second lock that must be held, of the leader
     */
    void step(Optional<ShareState> now, Fence also) {
        if (running != null) {
            work();
        } else if (now.map(s -> s.phase().isEnd()).orElse(false)) {
            release();
        } else {
            compete(also);
        }
    }

    /** Ends what goes on here; to be called until {@link #isIdle}. */
    void stop() {
        if (running == null) {
            release();
            return;
        }
        running.stop();
        if (running.ending().isPresent()) {
            running = null;
            release();
        } else {
            lock.beatIfDue();
        }
    }

    private void compete(Fence also) {
        MemberCheck.Verdict verdict = agent.members().look(set);
        tell(verdict);
        if (!(verdict instanceof MemberCheck.Suitable suitable) || isRestingAfterError()) {
            return;
        }
        Optional<HeldLock> won =
                race.tryFor(operation.id(), operation.request().kind(), suitable.rank());
        won.ifPresent(held -> begin(held, suitable, also));
    }

    private void begin(HeldLock held, MemberCheck.Suitable suitable, Fence also) {
        lock = held;
        ShareState claimed =
                agent.states().claim(operation.id(), replicaSet(), agent.name(), held.token());
        if (claimed.phase().isEnd()) {
            release();
            return;
        }
        LOGGER.atInfo()
                .addKeyValue("operation", operation.id())
                .addKeyValue("replicaSet", replicaSet())
                .addKeyValue("member", suitable.member())
                .addKeyValue("token", held.token())
                .log("This agent works on the replica set");
        Fence both = bothOf(held, also);
        progress = new ShareProgress(agent.states(), both, claimed);
        ReplicaSetTask task =
                new ReplicaSetTask(
                        operation.id(),
                        set,
                        suitable.member(),
                        held.token(),
                        operation.plan(),
                        claimed.remembered(),
                        both,
                        progress);
        running = agent.tasks().share(operation.request().kind(), task);
    }

    private void work() {
        lock.beatIfDue();
        if (lock.isLost()) {
            running.stop();
        }
        Optional<Tasks.Ending> ending = running.ending();
        if (ending.isEmpty()) {
            saveProgress();
            return;
        }
        if (!lock.isLost()) {
            save(ending.get());
        }
        running = null;
        release();
    }

    /** Others may have more luck at once; this agent tries again later. */
    private boolean isRestingAfterError() {
        return broke
                && agent.clock().nanoTime() - brokeNanos < agent.settings().staleAfter().toNanos();
    }

    private void saveProgress() {
        if (!lock.isLost() && progress.hasMoved()) {
            try {
                progress.save(progress.state());
            } catch (FencedException e) {
                running.stop();
            }
        }
    }

    private void save(Tasks.Ending ending) {
        try {
            if (ending instanceof Tasks.Succeeded succeeded) {
                progress.save(progress.state().done(succeeded.facts()));
            } else if (ending instanceof Tasks.Broken broken && broken.counts()) {
                broke = true;
                brokeNanos = agent.clock().nanoTime();
                boolean forGood =
                        broken.forGood()
                                || progress.state().attempts() + 1 >= agent.settings().attempts();
                progress.save(progress.state().failed(agent.name() + ": " + broken.why(), forGood));
            }
        } catch (FencedException e) {
            LOGGER.atWarn()
                    .addKeyValue("replicaSet", replicaSet())
                    .addKeyValue("error", e.getMessage())
                    .log("Another agent has taken the replica set over");
        }
    }

    private void release() {
        if (lock != null) {
            lock.release();
            lock = null;
        }
    }

    /** Also makes cluster time go on, by which a dead holder's lock grows stale. */
    private void tell(MemberCheck.Verdict verdict) {
        long now = agent.clock().nanoTime();
        if (told && now - toldNanos < agent.settings().heartbeat().toNanos()) {
            return;
        }
        boolean suitable = verdict instanceof MemberCheck.Suitable;
        String why =
                verdict instanceof MemberCheck.Unsuitable un
                        ? un.why()
                        : ((MemberCheck.Suitable) verdict).member().toString();
        agent.states()
                .tell(new Candidate(operation.id(), replicaSet(), agent.name(), suitable, why));
        told = true;
        toldNanos = now;
    }

    private static Fence bothOf(Fence one, Fence other) {
        return () -> {
            other.check();
            one.check();
        };
    }
}
