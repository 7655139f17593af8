package io.tidemark.restore.replay.transaction;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.TransactionKey;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Puts the transactions of one replica set together, entry by entry.
 *
 * <table><caption>Steps</caption>
 * <tr><th>entry</th><th>state before</th><th>what happens</th></tr>
 * <tr><td>whole</td><td>–</td><td>given back at once; an older buffer of the key is dropped</td></tr>
 * <tr><td>part</td><td>none, no previous entry</td><td>a chain begins</td></tr>
 * <tr><td>part</td><td>chain that ends with the previous entry</td><td>added</td></tr>
 * <tr><td>end</td><td>same</td><td>count checked, chain given back</td></tr>
 * <tr><td>prepare</td><td>none or same</td><td>count checked, chain waits as prepared</td></tr>
 * <tr><td>commit</td><td>prepared, previous entry is the prepare</td><td>chain given back</td></tr>
 * <tr><td>abort</td><td>any</td><td>dropped</td></tr>
 * <tr><td>every other combination</td><td></td><td>the archive lacks entries: stop</td></tr>
 * </table>
 */
public final class Transactions {
    private final ReplicaSet replicaSet;
    private final long memoryBytes;
    private final ClusterTime from;
    private final Map<TransactionKey, Chain> open = new HashMap<>();

    /** Begun before replay: decided before the base was begun, which therefore holds them. */
    private final Set<TransactionKey> inBase = new HashSet<>();

    private long keptBytes;

    /**
     * @param from where the base vouches that replay from here on meets every transaction that was
     *     open when the base was begun: this time; else 0:0
     * @param memoryBytes how many bytes of entries to keep; more are read again at the commit
     */
    public Transactions(ReplicaSet replicaSet, ClusterTime from, long memoryBytes) {
        this.replicaSet = replicaSet;
        this.from = from;
        this.memoryBytes = memoryBytes;
    }

    /**
     * Takes an entry of a transaction.
     *
     * @return the transaction that takes effect with this entry
     * @throws RestoreException.ArchiveDamaged if entries of the transaction are missing
     */
    public Optional<Chain> accept(OplogEntry entry) {
        TransactionKey key = entry.transactionKey().orElseThrow(() -> noSession(entry));
        if (isInBase(key, entry)) {
            return Optional.empty();
        }
        return switch (entry.shape()) {
            case TRANSACTION_WHOLE -> {
                close(key);
                Chain chain = new Chain(key);
                chain.add(entry, true);
                yield Optional.of(requireCount(chain, entry));
            }
            case TRANSACTION_PART -> {
                extend(key, entry);
                yield Optional.empty();
            }
            case TRANSACTION_END -> {
                Chain chain = requireCount(extend(key, entry), entry);
                close(key);
                yield Optional.of(chain);
            }
            case PREPARE -> {
                requireCount(extend(key, entry), entry).prepare();
                yield Optional.empty();
            }
            case COMMIT -> Optional.of(commit(key, entry));
            case ABORT -> {
                close(key);
                yield Optional.empty();
            }
            default ->
                    throw new IllegalArgumentException(
                            "entry " + entry + " is no part of a transaction");
        };
    }

    /** Transactions that are prepared and have no outcome yet, oldest first. */
    public List<Chain> prepared() {
        return open.values().stream()
                .filter(Chain::isPrepared)
                .sorted(Comparator.comparing(Chain::last))
                .toList();
    }

    /** Keys of the transactions that began before replay and have not ended. */
    public Set<TransactionKey> begunBefore() {
        return Set.copyOf(inBase);
    }

    /** How many have begun, not before replay, and have not ended. */
    public int openCount() {
        return open.size();
    }

    /** Goes on from a checkpoint, at which these had begun before replay and not ended. */
    public void resume(Collection<TransactionKey> begunBefore) {
        inBase.addAll(begunBefore);
    }

    /**
     * Takes an entry again that was taken before a checkpoint. Of the transactions that were open
     * at the checkpoint all entries come; of the others perhaps only the last ones, and they are of
     * no interest.
     */
    public void again(OplogEntry entry) {
        TransactionKey key = entry.transactionKey().orElseThrow(() -> noSession(entry));
        switch (entry.shape()) {
            case TRANSACTION_PART, PREPARE -> {
                Chain chain = open.get(key);
                boolean begins = entry.previousOptime().isEmpty();
                boolean follows =
                        chain != null
                                && !chain.isPrepared()
                                && sameEntry(chain.last(), entry.previousOptime());
                if (begins || follows) {
                    Chain extended = extend(key, entry);
                    if (entry.shape() == EntryShape.PREPARE) {
                        extended.prepare();
                    }
                }
            }
            default -> close(key);
        }
    }

    /** The first entry of the oldest transaction that is still open. */
    public Optional<Optime> oldestOpen() {
        return open.values().stream().map(Chain::first).min(Comparator.naturalOrder());
    }

    /**
     * Whether the entry goes on with a transaction whose first entry comes before replay. One that
     * was open when the base was begun would have made replay begin with it.
     */
    private boolean isInBase(TransactionKey key, OplogEntry entry) {
        Optional<Optime> previous = entry.previousOptime();
        boolean goesOn =
                previous.isPresent()
                        && (inBase.contains(key) || previous.get().clusterTime().isBefore(from));
        boolean ends =
                switch (entry.shape()) {
                    case TRANSACTION_END, COMMIT, ABORT -> true;
                    default -> false;
                };
        if (goesOn && !ends) {
            inBase.add(key);
        } else {
            inBase.remove(key);
        }
        return goesOn;
    }

    private Chain extend(TransactionKey key, OplogEntry entry) {
        Optional<Optime> previous = entry.previousOptime();
        if (previous.isEmpty()) {
            close(key);
        }
        Chain chain = open.get(key);
        boolean follows =
                previous.isEmpty()
                        || chain != null
                                && !chain.isPrepared()
                                && sameEntry(chain.last(), previous);
        if (!follows) {
            throw missing(entry, chain);
        }
        if (chain == null) {
            chain = new Chain(key);
            open.put(key, chain);
        }
        boolean keep = keptBytes + entry.raw().sizeBytes() <= memoryBytes;
        chain.add(entry, keep);
        keptBytes += keep ? entry.raw().sizeBytes() : 0;
        return chain;
    }

    private Chain commit(TransactionKey key, OplogEntry entry) {
        Chain chain = open.get(key);
        boolean known =
                chain != null
                        && chain.isPrepared()
                        && (entry.previousOptime().isEmpty()
                                || sameEntry(chain.last(), entry.previousOptime()));
        if (!known) {
            throw missing(entry, chain);
        }
        close(key);
        return chain;
    }

    private void close(TransactionKey key) {
        Chain chain = open.remove(key);
        keptBytes -= chain == null ? 0 : chain.keptBytes();
    }

    private static boolean sameEntry(Optime last, Optional<Optime> previous) {
        return previous.isPresent() && last.clusterTime().equals(previous.get().clusterTime());
    }

    private Chain requireCount(Chain chain, OplogEntry entry) {
        OptionalLong told = entry.operationCount();
        if (told.isPresent() && told.getAsLong() != chain.operationCount()) {
            throw new RestoreException.ArchiveDamaged(
                    "Transaction "
                            + chain.key()
                            + " of replica set "
                            + replicaSet
                            + " ends at "
                            + entry.optime()
                            + " with "
                            + told.getAsLong()
                            + " operations, but the archive holds "
                            + chain.operationCount()
                            + " of them. Entries are missing; verify the archive.");
        }
        return chain;
    }

    private RestoreException missing(OplogEntry entry, Chain chain) {
        return new RestoreException.ArchiveDamaged(
                "Transaction "
                        + entry.transactionKey().orElseThrow()
                        + " of replica set "
                        + replicaSet
                        + ": its entry "
                        + entry.optime()
                        + " ("
                        + entry.shape()
                        + ") follows "
                        + entry.previousOptime().map(Optime::toString).orElse("nothing")
                        + ", but "
                        + (chain == null
                                ? "no earlier entry of it was read"
                                : "the last one read is " + chain.last())
                        + ". The archive begins after the transaction, or lacks entries in"
                        + " between; restore from an older base.");
    }

    private static RestoreException noSession(OplogEntry entry) {
        return new RestoreException.ArchiveDamaged(
                "Entry "
                        + entry
                        + " belongs to a transaction ("
                        + entry.shape()
                        + ") but names no session.");
    }

    /** True for the entries that {@link #accept} takes. */
    public static boolean concerns(EntryShape shape) {
        return shape.isTransactionChain();
    }
}
