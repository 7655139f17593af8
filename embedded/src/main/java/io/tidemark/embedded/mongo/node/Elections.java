package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes who is primary. What the new primary did not have is rolled back: log, data, catalogue,
 * sessions and oracle go back to its position together.
 */
public final class Elections {
    private final Node node;
    private final Engine engine;

    public Elections(Node node) {
        this.node = node;
        this.engine = node.engine();
    }

    /** The primary gives up; nobody is primary until the next election. */
    public void stepDown() {
        engine.write(
                () -> {
                    engine.replication.stepDown();
                    abortOpen();
                    return null;
                });
    }

    /**
     * Makes a member primary in a new term.
     *
     * @return members that had to roll back: their connections are cut
     */
    public List<Integer> elect(int member) {
        return engine.write(
                () -> {
                    requireElectable(member);
                    long position = engine.replication.member(member).applied;
                    List<Integer> ahead = membersAhead(position);
                    abortOpen();
                    List<LoggedTransaction> cut = List.of();
                    if (position < engine.lastApplied().ts()) {
                        cut = rollBack(position);
                    }
                    takeOver(member);
                    cut.forEach(this::abortHalfLogged);
                    ahead.forEach(node.cursors::killAll);
                    return ahead;
                });
    }

    private void requireElectable(int member) {
        MemberPosition candidate = engine.replication.member(member);
        if (candidate.down || candidate.config.priority() == 0) {
            throw new IllegalStateException(
                    "Member " + member + " is down or has priority 0; it cannot be elected");
        }
        if (!engine.replication.wouldBeElected(member)) {
            throw new IllegalStateException(
                    "Member " + member + " is behind a majority; it would lose the election");
        }
    }

    private List<Integer> membersAhead(long position) {
        List<Integer> ahead = new ArrayList<>();
        for (int i = 0; i < engine.replication.members().size(); i++) {
            if (engine.replication.member(i).applied > position) {
                ahead.add(i);
            }
        }
        return ahead;
    }

    private void abortOpen() {
        for (Transaction transaction : engine.transactions.open()) {
            if (!transaction.isPrepared()) {
                engine.transactions.end(transaction, Transaction.State.ABORTED);
            }
        }
    }

    private void takeOver(int member) {
        MemberPosition elected = engine.replication.member(member);
        elected.paused = false;
        elected.lagMillis = 0;
        engine.newTerm();
        engine.replication.elected(member);
        engine.log(Engine.noopMessage("new primary"));
        for (MemberPosition follower : engine.replication.members()) {
            if (!follower.paused && !follower.down && follower.lagMillis == 0) {
                follower.applied = engine.lastApplied().ts();
            }
        }
        engine.replication.recount();
    }

    /** Takes back everything after a position; returns transactions it left half logged. */
    private List<LoggedTransaction> rollBack(long position) {
        if (engine.replication.commitPoint() > position) {
            throw new IllegalStateException(
                    "A majority holds entries after the position to roll back to");
        }
        engine.oplog.truncateAfter(position);
        engine.data.rollBack(position);
        engine.catalog.rollBack(position);
        engine.oracle.rollBack(position);
        engine.sessions.rollBack(position);
        engine.uniqueIndexes.rebuildAll();
        engine.replication.rollBack(position);
        engine.rolledBackTo(engine.oplog.last());
        return rollBackTransactions(position);
    }

    private List<LoggedTransaction> rollBackTransactions(long position) {
        List<LoggedTransaction> half = new ArrayList<>();
        for (LoggedTransaction logged : engine.transactions.logged()) {
            Transaction transaction = logged.transaction();
            transaction.chain.removeIf(optime -> optime.ts() > position);
            if (!logged.startedBy(position)) {
                engine.transactions.end(transaction, Transaction.State.ABORTED);
                engine.transactions.forget(logged);
            } else if (!logged.whollyLoggedBy(position)) {
                engine.transactions.end(transaction, Transaction.State.ABORTED);
                engine.transactions.forget(logged);
                half.add(logged);
            } else if (transaction.preparedAt != 0 && !logged.decidedBy(position)) {
                engine.transactions.reopen(transaction);
                engine.transactions.logged(transaction, null);
            }
        }
        return half;
    }

    private void abortHalfLogged(LoggedTransaction logged) {
        Optime aborted = new TransactionLog(engine).logAbort(logged.transaction());
        engine.transactions.logged(logged.transaction(), aborted);
    }
}
