package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.shards.SourceSets;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One agent's part in one operation: it races for the lead and for each replica set. */
final class Participation {
    private static final Logger LOGGER = LoggerFactory.getLogger(Participation.class);
    private final AgentPorts agent;
    private final ControlCommand request;
    private final LockRace leadRace;
    private final Map<ReplicaSet, Share> shares = new TreeMap<>();
    private final long beganNanos;
    private Lead lead;
    private boolean ending;
    private boolean told;
    private long toldNanos;

    Participation(AgentPorts agent, ControlCommand request) {
        this.agent = agent;
        this.request = request;
        this.leadRace = agent.raceFor(LockName.CLUSTER);
        this.beganNanos = agent.clock().nanoTime();
    }

    OperationId id() {
        return request.id();
    }

    /** False when the operation has ended and nothing of it goes on here. */
    boolean step(SourceSets sets) {
        if (ending) {
            return !stop();
        }
        if (!keepLead()) {
            return true;
        }
        Optional<OperationState> state = agent.states().find(id());
        if (state.isPresent() && state.get().phase().isEnd()) {
            ending = true;
            return !stop();
        }
        if (state.isEmpty() && isTooOld()) {
            LOGGER.atWarn()
                    .addKeyValue("operation", id())
                    .log("No agent could lead the operation; it is given up");
            ending = true;
            return !stop();
        }
        Optional<SourceSet> leading = sets.leading();
        leading.ifPresent(set -> step(set, sets, state));
        return true;
    }

    /** Ends what goes on here; to be called until it answers true. */
    boolean stop() {
        ending = true;
        shares.values().forEach(Share::stop);
        boolean idle = shares.values().stream().allMatch(Share::isIdle);
        // The lead goes last: its lock says that the operation goes on.
        if (idle && lead != null && lead.stop()) {
            lead = null;
        }
        return idle && lead == null;
    }

    private void step(SourceSet leading, SourceSets sets, Optional<OperationState> state) {
        if (lead == null) {
            raceForLead(leading, sets, state);
        }
        Optional<OperationState> known = lead == null ? state : Optional.of(lead.state());
        Map<ReplicaSet, ShareState> now =
                known.isPresent() ? agent.states().shares(id()) : Map.of();
        if (lead != null) {
            lead(now);
        }
        if (known.isPresent() && known.get().phase() == OperationPhase.RUNNING) {
            for (ReplicaSet name : known.get().replicaSets()) {
                Optional<SourceSet> set = sets.find(name);
                if (set.isPresent() && isMine(set.get(), leading, now)) {
                    step(set.get(), known.get(), now);
                } else if (shares.containsKey(name)) {
                    shares.get(name).stop();
                }
            }
        }
    }

    /** Its own share, the leader takes when all others are done, and nobody else takes it. */
    private boolean isMine(SourceSet set, SourceSet leading, Map<ReplicaSet, ShareState> now) {
        return !set.replicaSet().equals(leading.replicaSet())
                || lead != null && lead.mayLastBegin(now);
    }

    private void step(SourceSet set, OperationState state, Map<ReplicaSet, ShareState> now) {
        Share share =
                shares.computeIfAbsent(set.replicaSet(), name -> new Share(agent, state, set));
        try {
            boolean isLast = lead != null && !lead.lock().isLost() && isLeading(set, state);
            share.step(
                    Optional.ofNullable(now.get(set.replicaSet())),
                    isLast ? lead.lock() : () -> {});
        } catch (SourceUnavailableException | FencedException e) {
            LOGGER.atWarn()
                    .addKeyValue("replicaSet", set.replicaSet())
                    .addKeyValue("error", e.getMessage())
                    .log("A step of an operation failed; trying again");
        }
    }

    private static boolean isLeading(SourceSet set, OperationState state) {
        return set.isConfigServer() || state.replicaSets().size() == 1;
    }

    private void lead(Map<ReplicaSet, ShareState> now) {
        try {
            lead.step(now);
            if (lead.state().phase().isEnd()) {
                lead.tell(agent.states().shares(id()).values());
                lead.forgetOld();
                ending = true;
            }
        } catch (FencedException e) {
            LOGGER.atWarn()
                    .addKeyValue("operation", id())
                    .addKeyValue("error", e.getMessage())
                    .log("Another agent leads the operation now");
            ending = false;
        }
    }

    /** False as long as a work of a lost lead has not ended. */
    private boolean keepLead() {
        if (lead == null) {
            return true;
        }
        lead.lock().beatIfDue();
        if (lead.lock().isLost() && lead.stop()) {
            lead = null;
            return true;
        }
        return !lead.lock().isLost();
    }

    private void raceForLead(SourceSet leading, SourceSets sets, Optional<OperationState> state) {
        MemberCheck.Verdict verdict = agent.members().look(leading);
        LockSighting seen = leadRace.look();
        tell(leading, verdict, state.isEmpty() ? Optional.of(seen) : Optional.empty());
        if (state.isEmpty() && isAnothers(seen)) {
            return;
        }
        if (verdict instanceof MemberCheck.Suitable suitable) {
            leadRace.tryFor(id(), request.kind(), suitable.rank())
                    .ifPresent(lock -> begin(lock, leading, sets));
        }
    }

    private void begin(HeldLock lock, SourceSet leading, SourceSets sets) {
        List<SourceSet> all = List.copyOf(sets.byName().values());
        agent.states()
                .create(
                        OperationState.waiting(
                                request,
                                all.stream().map(SourceSet::replicaSet).toList(),
                                agent.name(),
                                lock.token()));
        OperationState state = agent.states().find(id()).orElseThrow();
        if (state.phase().isEnd()) {
            lock.release();
            return;
        }
        state = state.ledBy(agent.name(), lock.token());
        agent.states().save(state);
        lead = new Lead(agent, lock, state, all, leading.replicaSet());
        LOGGER.atInfo()
                .addKeyValue("operation", id())
                .addKeyValue("token", lock.token())
                .log("This agent leads the operation");
    }

    /**
     * Whether another operation has the cluster. One that lives makes this one refused; one whose
     * holder seems dead is waited for, as it will be gone on with or taken over.
     */
    private boolean isAnothers(LockSighting seen) {
        if (seen.isFree() || seen.isFor(id())) {
            return false;
        }
        LockHolder holder = seen.holder().orElseThrow();
        Optional<OperationState> theirs = agent.states().find(holder.operation());
        boolean goesOn = theirs.isPresent() && !theirs.get().phase().isEnd();
        if (!goesOn) {
            return false; // the race waits until the lock is free or stale
        }
        if (seen.ageSeconds() * 3 < agent.settings().staleAfter().toSeconds()) {
            refuse(holder);
            return true;
        }
        if (agent.tasks().canDo(holder.kind()) || !leadRace.isStale(seen, 0)) {
            return true;
        }
        agent.states()
                .save(
                        theirs.get()
                                .ledBy(agent.name(), seen.token())
                                .ended(
                                        OperationPhase.FAILED,
                                        "its process (%s) gave no sign of life any more"
                                                .formatted(holder.owner())));
        return false;
    }

    private void refuse(LockHolder holder) {
        OperationState refused =
                OperationState.refused(
                        request,
                        "another operation holds the cluster: " + holder.words(),
                        agent.name());
        if (agent.states().create(refused)) {
            LOGGER.atWarn()
                    .addKeyValue("operation", id())
                    .addKeyValue("holder", holder.words())
                    .log("The operation is refused: another one goes on");
            agent.board().tell(refused, List.of(), List.of());
        }
    }

    /**
     * @param notBegun the cluster's lock, as long as nobody has begun the operation
     */
    private void tell(
            SourceSet leading, MemberCheck.Verdict verdict, Optional<LockSighting> notBegun) {
        long now = agent.clock().nanoTime();
        if (told && now - toldNanos < agent.settings().heartbeat().toNanos()) {
            return;
        }
        told = true;
        toldNanos = now;
        try {
            agent.states().tell(candidate(leading, verdict));
            notBegun.ifPresent(lock -> tellWaiting(leading, lock));
        } catch (SourceUnavailableException | SourceRefusedException e) {
            LOGGER.atDebug().addKeyValue("error", e.getMessage()).log("Not told");
        }
    }

    /** Whoever asked must learn why nothing begins; without a leader every agent says so. */
    private void tellWaiting(SourceSet leading, LockSighting lock) {
        OperationState waiting =
                OperationState.waiting(request, List.of(leading.replicaSet()), "", 0);
        Optional<String> why =
                lock.holder()
                        .filter(holder -> !holder.operation().equals(id()))
                        .map(holder -> "waits until this one ends or is stale: " + holder.words());
        agent.board().tell(waiting.because(why), List.of(), agent.states().candidates(id()));
    }

    private Candidate candidate(SourceSet set, MemberCheck.Verdict verdict) {
        return verdict instanceof MemberCheck.Suitable suitable
                ? new Candidate(
                        id(), set.replicaSet(), agent.name(), true, suitable.member().toString())
                : new Candidate(
                        id(),
                        set.replicaSet(),
                        agent.name(),
                        false,
                        ((MemberCheck.Unsuitable) verdict).why());
    }

    private boolean isTooOld() {
        return agent.clock().nanoTime() - beganNanos > agent.settings().abandonAfter().toNanos();
    }
}
