package io.tidemark.cli.operation;

import io.tidemark.capture.SourceLocks;
import io.tidemark.capture.operation.ClusterTurn;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.UnreachableException;
import io.tidemark.storage.turn.ArchiveTurn;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Takes the turn for a restore or a prune: by a note in the bucket always, and by the source
 * cluster's own lock where that is named. A restore must work when the source is gone, so it goes
 * on without the lock then; a prune that was told of a source must reach it.
 */
public final class OperationTurns {
    private final Context context;
    private final ObjectStore store;
    private final ClusterName cluster;
    private final PrintStream words;

    /**
     * @param words where it is said what can't be known
     */
    public OperationTurns(
            Context context, ObjectStore store, ClusterName cluster, PrintStream words) {
        this.context = context;
        this.store = store;
        this.cluster = cluster;
        this.words = words;
    }

    /**
     * @param locks of the source, if it is named; left open
     * @throws io.tidemark.capture.operation.OperationHeldException if another operation has the
     *     cluster
     * @throws io.tidemark.storage.turn.TurnHeldException if another has the archive
     */
    public KeptTurn forRestore(Optional<SourceLocks> locks) {
        Optional<ClusterTurn> source = locks.flatMap(this::unlessGone);
        boolean kept = false;
        try {
            KeptTurn turn = new KeptTurn(noteOfReader(), source);
            kept = true;
            return turn;
        } finally {
            if (!kept) {
                source.ifPresent(ClusterTurn::close);
            }
        }
    }

    private Optional<ClusterTurn> unlessGone(SourceLocks locks) {
        try {
            return Optional.of(taken(locks, OperationKind.RESTORE));
        } catch (SourceUnavailableException | SourceRefusedException gone) {
            words.println(
                    "The source cluster's lock can't be taken: "
                            + gone.getMessage()
                            + " The restore needs the bucket alone and goes on.");
            return Optional.empty();
        }
    }

    /** A bucket that may only be read serves a restore as well. */
    private Optional<ArchiveTurn> noteOfReader() {
        try {
            return Optional.of(note(ArchiveTurn.Kind.READS));
        } catch (UnreachableException readOnly) {
            words.println(
                    "No note that the archive is in use can be put: "
                            + readOnly.getMessage()
                            + " The restore goes on; see that no prune runs meanwhile.");
            return Optional.empty();
        }
    }

    /** As {@link #forRestore}; and without a source it says what it can't know. */
    public KeptTurn forPrune(Optional<SourceLocks> locks) {
        Optional<ClusterTurn> source = locks.map(this::mustReach);
        boolean kept = false;
        try {
            KeptTurn turn = new KeptTurn(Optional.of(note(ArchiveTurn.Kind.REMOVES)), source);
            kept = true;
            if (source.isEmpty()) {
                words.println(
                        "Without --source-uri it can't be known whether a snapshot goes on; what it"
                                + " has put so far is not touched.");
            }
            return turn;
        } finally {
            if (!kept) {
                source.ifPresent(ClusterTurn::close);
            }
        }
    }

    private ClusterTurn mustReach(SourceLocks locks) {
        try {
            return taken(locks, OperationKind.PRUNE);
        } catch (SourceUnavailableException gone) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "The source cluster's lock can't be asked for: "
                            + gone.getMessage()
                            + " Nothing was removed. If that cluster is gone for good, prune"
                            + " without --source-uri and source.uri.",
                    gone);
        }
    }

    private static ClusterTurn taken(SourceLocks locks, OperationKind kind) {
        try {
            return locks.take(kind, owner());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(
                    ExitCode.LOCKED, "Interrupted while waiting for the cluster's lock.", e);
        }
    }

    private ArchiveTurn note(ArchiveTurn.Kind kind) {
        return ArchiveTurn.take(store, cluster, kind, owner(), context.clock());
    }

    private static String owner() {
        long process = ProcessHandle.current().pid();
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + process;
        } catch (UnknownHostException e) {
            return "cli-" + process; // only for people to read
        }
    }
}
