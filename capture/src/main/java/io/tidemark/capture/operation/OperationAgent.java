package io.tidemark.capture.operation;

import io.tidemark.capture.shards.SourceSets;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of one agent: hears commands, joins what goes on, and takes its part in it. One
 * thread calls {@link #step} about once a second or more often.
 */
public final class OperationAgent implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OperationAgent.class);
    private final AgentPorts agent;
    private final ControlTopic control;
    private final Supplier<SourceSets> sets;
    private final Deque<ControlTopic.Order> heard = new ArrayDeque<>();
    private final Map<OperationId, Participation> taking = new LinkedHashMap<>();
    private String lastError = "";

    /**
     * @param sets the replica sets as they were seen last
     */
    public OperationAgent(AgentPorts agent, ControlTopic control, Supplier<SourceSets> sets) {
        this.agent = agent;
        this.control = control;
        this.sets = sets;
    }

    /** One look at everything; failures to reach something are logged and tried again. */
    public void step() {
        try {
            heard.addAll(control.poll());
            while (!heard.isEmpty()) {
                take(heard.peek());
                heard.remove(); // only now: what failed is tried again
            }
            join();
            for (Participation part : List.copyOf(taking.values())) {
                if (!part.step(sets.get())) {
                    taking.remove(part.id());
                }
            }
            lastError = "";
        } catch (SourceUnavailableException | SourceRefusedException | FencedException e) {
            failed(e);
        }
    }

    /** Whether this agent takes part in something now. */
    public boolean isIdle() {
        return taking.isEmpty();
    }

    /** Stops its works and gives its locks back, so that other agents go on at once. */
    public boolean stop() {
        try {
            taking.values().removeIf(Participation::stop);
        } catch (SourceUnavailableException | SourceRefusedException | FencedException e) {
            failed(e);
        }
        return taking.isEmpty();
    }

    @Override
    public void close() {
        control.close();
        agent.board().close();
    }

    private void take(ControlTopic.Order order) {
        if (order instanceof ControlTopic.Cancel cancel) {
            if (isFresh(cancel.issuedMillis(), cancel.id(), "cancel")) {
                agent.states().askToCancel(cancel.id());
            }
        } else if (order instanceof ControlTopic.Begin begin) {
            take(begin.command());
        }
    }

    private void take(ControlCommand command) {
        if (taking.containsKey(command.id())
                || !agent.tasks().canDo(command.kind())
                || !isFresh(command.issuedMillis(), command.id(), command.kind().word())) {
            return;
        }
        taking.put(command.id(), new Participation(agent, command));
        LOGGER.atInfo()
                .addKeyValue("operation", command.id())
                .addKeyValue("kind", command.kind().word())
                .log("Operation asked for");
    }

    private boolean isFresh(long issuedMillis, OperationId id, String what) {
        long age = agent.clock().millis() - issuedMillis;
        boolean fresh = age <= agent.settings().commandAge().toMillis();
        if (!fresh) {
            LOGGER.atInfo()
                    .addKeyValue("operation", id)
                    .addKeyValue("command", what)
                    .addKeyValue("ageSeconds", age / 1000)
                    .log("Command ignored: it is too old");
        }
        return fresh;
    }

    /** What goes on was perhaps asked for before this agent began. */
    private void join() {
        if (!sets.get().isKnown()) {
            return;
        }
        LockSighting cluster = agent.locks().look(LockName.CLUSTER);
        if (cluster.isFree()) {
            return;
        }
        LockHolder holder = cluster.holder().orElseThrow();
        if (taking.containsKey(holder.operation()) || !agent.tasks().canDo(holder.kind())) {
            return;
        }
        Optional<OperationState> state = agent.states().find(holder.operation());
        state.filter(s -> !s.phase().isEnd())
                .ifPresent(s -> taking.put(s.id(), new Participation(agent, s.request())));
    }

    private void failed(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        if (!message.equals(lastError)) {
            LOGGER.atWarn()
                    .addKeyValue("error", message)
                    .log("Operations can't be looked after now; trying again");
        }
        lastError = message;
    }
}
