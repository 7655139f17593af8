package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader's part of an operation, from the moment it holds the cluster's lock: decide, let the
 * shards work, then the config servers, make the whole exist. A new leader goes on where the last
 * one was.
 */
final class Lead {
    private static final Logger LOGGER = LoggerFactory.getLogger(Lead.class);

    /** Far longer than any agent tries an operation again. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private static final int MOST_REMEMBERED = 100;
    private final AgentPorts agent;
    private final HeldLock lock;
    private final List<SourceSet> sets;
    private final ReplicaSet last;
    private final Movement movement = new Movement();
    private OperationState state;
    private Tasks.Running running;
    private int attempts;
    private boolean told;
    private long toldNanos;

    /**
     * @param state as it is in the store, with this leader's token
     * @param last the replica set that works when all others are done
     */
    Lead(
            AgentPorts agent,
            HeldLock lock,
            OperationState state,
            List<SourceSet> sets,
            ReplicaSet last) {
        this.agent = agent;
        this.lock = lock;
        this.state = state;
        this.sets = List.copyOf(sets);
        this.last = last;
    }

    HeldLock lock() {
        return lock;
    }

    OperationState state() {
        return state;
    }

    /** Whether the replica set of the leader may work now. */
    boolean mayLastBegin(Map<ReplicaSet, ShareState> shares) {
        return state.phase() == OperationPhase.RUNNING
                && state.replicaSets().stream()
                        .filter(set -> !set.equals(last))
                        .allMatch(set -> isDone(shares.get(set)));
    }

    void step(Map<ReplicaSet, ShareState> shares) {
        long now = agent.clock().nanoTime();
        if (!told || now - toldNanos >= agent.settings().heartbeat().toNanos() / 3) {
            told = true;
            toldNanos = now;
            tell(shares.values());
        }
        if (agent.states().isCancelAsked(state.id())) {
            end(OperationPhase.CANCELLED, "it was cancelled by an operator");
        } else if (state.phase() == OperationPhase.WAITING) {
            decide();
        } else if (state.phase() == OperationPhase.RUNNING) {
            watch(shares);
        }
    }

    /** Ends what goes on here; to be called until it answers true. */
    boolean stop() {
        if (running != null) {
            running.stop();
            if (running.ending().isEmpty()) {
                lock.beatIfDue();
                return false;
            }
            running = null;
        }
        lock.release();
        return true;
    }

    /** What the cluster remembers of operations does not grow for ever. */
    void forgetOld() {
        try {
            Instant now = Instant.ofEpochMilli(agent.clock().millis());
            agent.states().forget(now.minus(REMEMBERED), MOST_REMEMBERED);
        } catch (SourceUnavailableException | SourceRefusedException e) {
            LOGGER.atDebug()
                    .addKeyValue("error", e.getMessage())
                    .log("Old operations were not forgotten; the next one's leader does it");
        }
    }

    void tell(Collection<ShareState> shares) {
        agent.board().tell(state, shares, agent.states().candidates(state.id()));
    }

    private void decide() {
        if (running == null) {
            running = agent.tasks().begin(state.request().kind(), task());
            return;
        }
        ending("decide").ifPresent(plan -> save(state.running(plan)));
    }

    private void watch(Map<ReplicaSet, ShareState> shares) {
        for (ReplicaSet set : state.replicaSets()) {
            ShareState share = shares.getOrDefault(set, ShareState.waiting(state.id(), set));
            if (share.phase() == OperationPhase.FAILED) {
                end(
                        OperationPhase.FAILED,
                        "replica set %s failed: %s"
                                .formatted(set, share.why().orElse("no reason was told")));
                return;
            }
            if (!set.equals(last) || mayLastBegin(shares)) {
                movement.see(share, agent.clock().nanoTime());
            }
        }
        if (state.replicaSets().stream().allMatch(set -> isDone(shares.get(set)))) {
            complete(shares);
            return;
        }
        movement.stuck(agent.clock().nanoTime(), agent.settings().abandonAfter())
                .ifPresent(set -> end(OperationPhase.FAILED, stuckWords(set)));
    }

    private void complete(Map<ReplicaSet, ShareState> shares) {
        if (running == null) {
            Map<ReplicaSet, Map<String, String>> facts = new TreeMap<>();
            state.replicaSets().forEach(set -> facts.put(set, shares.get(set).facts()));
            running = agent.tasks().complete(state.request().kind(), task(), state.plan(), facts);
            return;
        }
        ending("complete")
                .ifPresent(
                        facts -> {
                            agent.board().complete(state.done(facts), shares.values());
                            save(state.done(facts));
                        });
    }

    /** What the work returned; empty while it runs, and when it broke. */
    private Optional<Map<String, String>> ending(String what) {
        Optional<Tasks.Ending> ending = running.ending();
        if (ending.isEmpty()) {
            return Optional.empty();
        }
        if (ending.get() instanceof Tasks.Succeeded succeeded) {
            Map<String, String> facts = succeeded.facts();
            return Optional.of(facts);
        }
        running = null;
        Tasks.Broken broken = (Tasks.Broken) ending.get();
        if (broken.counts()) {
            attempts++;
            if (broken.forGood() || attempts >= agent.settings().attempts()) {
                end(
                        OperationPhase.FAILED,
                        "the leader (agent %s) could not %s it: %s"
                                .formatted(agent.name(), what, broken.why()));
            }
        }
        return Optional.empty();
    }

    private void end(OperationPhase phase, String why) {
        save(state.ended(phase, why));
        LOGGER.atWarn()
                .addKeyValue("operation", state.id())
                .addKeyValue("phase", phase.word())
                .addKeyValue("error", why)
                .log("The operation has ended without success");
    }

    private void save(OperationState next) {
        agent.states().save(next);
        state = next;
        if (running != null && running.ending().isPresent()) {
            running = null;
        }
    }

    private LeaderTask task() {
        return new LeaderTask(
                state.id(), state.request().parameters(), sets, lock.token(), lock, agent.states());
    }

    private String stuckWords(ReplicaSet set) {
        List<String> said = new ArrayList<>();
        for (Candidate candidate : agent.states().candidates(state.id())) {
            if (candidate.replicaSet().equals(set)) {
                said.add(
                        "%s (%s: %s)"
                                .formatted(
                                        candidate.agent(),
                                        candidate.suitable() ? "suitable" : "unsuitable",
                                        candidate.why()));
            }
        }
        return "nothing has moved on replica set %s for %d s; agents there: %s. Start an agent that can read a healthy member, then begin a new %s."
                .formatted(
                        set,
                        agent.settings().abandonAfter().toSeconds(),
                        said.isEmpty()
                                ? "none has said anything"
                                : said.stream().sorted().collect(Collectors.joining(", ")),
                        state.request().kind().word());
    }

    private static boolean isDone(ShareState share) {
        return share != null && share.phase() == OperationPhase.DONE;
    }
}
