package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Brings one replica set's backups into an archive, in steps: the oplog files were read to their
 * ends before; then the bases' parts are put, then slices, then the bases' manifests. Whatever
 * fails before leaves no base, and repeating the import is harmless.
 */
public final class ReplicaSetImport {
    private static final Set<String> SERVERS_OWN = Set.of("admin", "config", "local");

    private final ImportPlace place;
    private final OplogFiles files;
    private final boolean assumeContiguous;
    private final OplogImport oplog;
    private final List<BaseImport> bases = new ArrayList<>();
    private final List<StoredBase> stored = new ArrayList<>();
    private OplogImport.Outcome outcome;

    /**
     * @param id in the archive
     * @param backup its name where it comes from; empty for a dump without a name
     * @param usableFrom from when on it serves restores
     * @param lackingMetadata collections of users whose options and indexes the dump doesn't tell
     * @param leftOut files of the dump that were not brought in
     */
    public record StoredBase(
            String id,
            String backup,
            ClusterTime usableFrom,
            long documents,
            int collections,
            List<Namespace> lackingMetadata,
            List<String> leftOut) {
        public StoredBase {
            lackingMetadata = List.copyOf(lackingMetadata);
            leftOut = List.copyOf(leftOut);
        }
    }

    /**
     * @param fromBirth true if the oplog files begin with the replica set's first entry
     * @param unproven joints between files that no shared entry proves
     * @param silences within files, by their names, longer than noops allow
     */
    public record Result(
            ReplicaSet replicaSet,
            ReplicaSetRole role,
            OplogImport.Outcome oplog,
            List<StoredBase> bases,
            boolean fromBirth,
            List<OplogFiles.Joint> unproven,
            Map<String, OplogContent.Silence> silences) {
        public Result {
            bases = List.copyOf(bases);
            unproven = List.copyOf(unproven);
            silences = Collections.unmodifiableMap(new TreeMap<>(silences));
        }

        public long documents() {
            return bases.stream().mapToLong(StoredBase::documents).sum();
        }
    }

    /**
     * @param assumeContiguous take oplog files as consecutive whatever the silence between them
     * @param scratch for what has no room in memory
     * @throws CommandFailure if the backups' oplog is not among the files
     */
    public ReplicaSetImport(
            ImportPlace place,
            List<DumpedBackup> backups,
            OplogFiles files,
            boolean assumeContiguous,
            Path scratch) {
        this.place = place;
        this.files = files;
        this.assumeContiguous = assumeContiguous;
        for (DumpedBackup backup : backups) {
            BaseImport.Extent extent = extent(backup);
            BaseImport base = new BaseImport(place, backup, extent, scratch);
            bases.add(base);
        }
        this.oplog = new OplogImport(place, files, assumeContiguous);
    }

    ImportPlace place() {
        return place;
    }

    OplogFiles files() {
        return files;
    }

    /** Whether no restore crosses that joint. */
    boolean isGap(OplogFiles.Joint joint) {
        return joint.isGap(assumeContiguous);
    }

    List<BaseImport> bases() {
        return bases;
    }

    /**
     * Puts the documents of all backups; nothing of them is part of the archive yet.
     *
     * @throws CommandFailure if one of them lacks documents that it must hold
     */
    public void putDocuments(ImportProgress progress) {
        bases.forEach(base -> base.run(progress::documents));
    }

    /** Puts the slices. */
    public void putOplog(ImportProgress progress) throws IOException {
        outcome = oplog.run(progress::entries);
    }

    /** Makes the bases exist. */
    public Result finish() {
        for (BaseImport base : bases) {
            base.finish();
            stored.add(
                    new StoredBase(
                            base.id(),
                            base.backup().name(),
                            base.extent().usableFrom(),
                            base.documents(),
                            base.backup().dump().collections().size(),
                            lackingMetadata(base.backup().dump()),
                            base.backup().dump().leftOut()));
        }
        return new Result(
                place.replicaSet(),
                place.role(),
                outcome,
                stored,
                files.first().content().firstEver(),
                files.unproven(),
                files.silences());
    }

    private static List<Namespace> lackingMetadata(Dump dump) {
        Set<Namespace> buckets = new TreeSet<>();
        dump.collections().stream()
                .filter(DumpedCollection::isTimeSeries)
                .forEach(series -> buckets.add(series.buckets()));
        return dump.collections().stream()
                .filter(DumpedCollection::lacksMetadata)
                .map(DumpedCollection::namespace)
                .filter(namespace -> !SERVERS_OWN.contains(namespace.database()))
                .filter(namespace -> !buckets.contains(namespace))
                .toList();
    }

    /** See docs/decisions: a dump of a living replica set is a moving picture until it ends. */
    private BaseImport.Extent extent(DumpedBackup backup) {
        ClusterTime start =
                backup.replayFrom().orElseGet(() -> files.first().first().clusterTime());
        ClusterTime end =
                backup.usableFrom()
                        .or(
                                () ->
                                        backup.dump()
                                                .oplog()
                                                .flatMap(files::find)
                                                .map(file -> file.last().clusterTime()))
                        .orElseGet(() -> files.first().last().clusterTime());
        if (end.isBefore(start)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "The dump ended at "
                            + end
                            + ", before the first entry of the oplog files ("
                            + start
                            + "): what was written in between is in none of them. Give the oplog"
                            + " from the dump's beginning on.");
        }
        return new BaseImport.Extent(start, end);
    }
}
