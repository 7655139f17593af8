package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether what an import is given belongs together: each dump to its replica set and to the oplog
 * beside it, and no oplog to two replica sets. Files that contradict themselves or each other
 * within one replica set were refused when they were scanned ({@link OneHistory}, {@link
 * OplogFile}).
 */
public final class BackupOrigins {
    private BackupOrigins() {}

    /**
     * To be asked before anything is stored. What only the dumps' documents can tell is noted, and
     * told by {@link ReplicaSetImport#putDocuments}, before anything becomes part of the archive.
     *
     * @param imports of all replica sets that are brought in together
     * @throws CommandFailure if something does not belong where it is
     */
    public static void require(List<ReplicaSetImport> imports) throws IOException {
        for (ReplicaSetImport each : imports) {
            each.bases().forEach(base -> requireShard(each.place(), base.backup()));
            each.files().files().forEach(file -> requireShard(each.place(), file));
        }
        OplogCopies copies = new OplogCopies();
        imports.forEach(each -> copies.add(each.place().replicaSet(), each.files()));
        for (ReplicaSetImport each : imports) {
            for (BaseImport base : each.bases()) {
                requireOplog(each, base);
            }
        }
    }

    private static void requireShard(ImportPlace place, DumpedBackup backup) {
        ReplicaSetRole role = place.role();
        Optional<String> wrong = ShardIdentity.contradiction(backup.dump(), role);
        if (wrong.isEmpty()) {
            return;
        }
        if (backup.name().isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "The dump "
                            + wrong.get()
                            + ". Give the dump of replica set "
                            + place.replicaSet()
                            + ", or by --shard the id that the cluster calls it by. Nothing was"
                            + " stored.");
        }
        throw new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "The files of replica set "
                        + place.replicaSet()
                        + " in backup "
                        + backup.name()
                        + " are not its own: the dump "
                        + wrong.get()
                        + ". They were swapped, or the backup's metadata name them wrongly."
                        + " Nothing was stored. Copy the backup again from where it was written,"
                        + " or choose another by --backup.");
    }

    /**
     * The oplog of a shard beside that of another one is left to the dumps' names and documents.
     */
    private static void requireShard(ImportPlace place, OplogFile file) {
        if (!ShardIdentity.isOneOfSeveral(place.role())) {
            return;
        }
        file.content()
                .ofConfigServers()
                .ifPresent(
                        at -> {
                            throw new CommandFailure(
                                    ExitCode.ARCHIVE_DAMAGED,
                                    "Oplog file "
                                            + file.file()
                                            + ", given for replica set "
                                            + place.replicaSet()
                                            + ", is of the config servers: the entry "
                                            + at
                                            + " writes what another shard told them for"
                                            + " config.changelog. Give the oplog of "
                                            + place.role()
                                            + ", or --config-server if these are they. Nothing"
                                            + " was stored.");
                        });
    }

    /** Reads as much of the oplog as it takes. */
    private static void requireOplog(ReplicaSetImport of, BaseImport base) throws IOException {
        BaseImport.Extent extent = base.extent();
        DumpOrigin names = new DumpOrigin(of.place().replicaSet(), base.backup().dump(), extent);
        DumpWitnesses documents = base.witnesses();
        List<OplogFile> concerned = new ArrayList<>(of.files().files());
        concerned.removeIf(file -> file.last().clusterTime().isBefore(extent.replayFrom()));
        // What came of the dump's names where no shared entry proves that nothing is missing is
        // not known. Documents that came to be there and are lost would be lost to a restore too.
        ClusterTime unproven = first(of, extent, joint -> true);
        ClusterTime gap = first(of, extent, of::isGap);
        read(concerned, new Reader(names::see, unproven), new Reader(documents::see, gap));
        ClusterTime known =
                concerned.stream()
                        .map(file -> file.last().clusterTime())
                        .reduce(ClusterTime.ZERO, ClusterTime::max);
        // Until the dump ended its names may have come to mean others, and documents may have gone.
        boolean toItsEnd = !known.isBefore(extent.usableFrom());
        if (toItsEnd && extent.usableFrom().isBefore(unproven)) {
            names.require();
        }
        if (!toItsEnd || !extent.usableFrom().isBefore(gap)) {
            documents.forget();
        }
    }

    private static ClusterTime first(
            ReplicaSetImport of, BaseImport.Extent extent, Predicate<OplogFiles.Joint> which) {
        return of.files().unproven().stream()
                .filter(which)
                .map(OplogFiles.Joint::next)
                .filter(next -> next.isAfter(extent.replayFrom()))
                .min(ClusterTime::compareTo)
                .orElse(ClusterTime.MAX);
    }

    private static void read(List<OplogFile> files, Reader one, Reader other) throws IOException {
        try (MergedOplog oplog = new MergedOplog(files)) {
            boolean goesOn = true;
            for (Optional<OplogEntry> entry = oplog.next();
                    goesOn && entry.isPresent();
                    entry = oplog.next()) {
                one.see(entry.get());
                other.see(entry.get());
                goesOn = !one.done || !other.done;
            }
        }
    }

    /** Is shown the entries before a time, until it has seen enough. */
    private static final class Reader {
        private final Predicate<OplogEntry> sees;
        private final ClusterTime end;
        private boolean done;

        Reader(Predicate<OplogEntry> sees, ClusterTime end) {
            this.sees = sees;
            this.end = end;
        }

        void see(OplogEntry entry) {
            done = done || !entry.clusterTime().isBefore(end) || !sees.test(entry);
        }
    }
}
