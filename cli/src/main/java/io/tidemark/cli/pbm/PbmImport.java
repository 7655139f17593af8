package io.tidemark.cli.pbm;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BucketFile;
import io.tidemark.cli.dump.BackupOrigins;
import io.tidemark.cli.dump.Dump;
import io.tidemark.cli.dump.DumpedBackup;
import io.tidemark.cli.dump.ImportPlace;
import io.tidemark.cli.dump.ImportProgress;
import io.tidemark.cli.dump.OplogFiles;
import io.tidemark.cli.dump.OplogInput;
import io.tidemark.cli.dump.ReplicaSetImport;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Topology;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Brings a cluster's backups of Percona Backup for MongoDB into an archive, all replica sets at
 * once. Everything is read and checked as far as it can be before the first object is put; the
 * bases of all replica sets begin to exist at the very end.
 */
public final class PbmImport {
    private final PbmBucket bucket;
    private final Request request;
    private final Path scratch;
    private final List<String> notes = new ArrayList<>();
    private final PbmRoles roles = new PbmRoles();
    private final Map<String, List<DumpedBackup>> backups = new TreeMap<>();
    private final Map<String, List<OplogInput>> oplogs = new TreeMap<>();
    private List<PbmBackup> chosen = List.of();

    /**
     * @param from the bucket that was written by Percona Backup
     * @param to the archive
     * @param keys seal the archive's objects, if there are any
     * @param names of the backups to bring in; empty for all
     */
    public record Request(
            ObjectStore from,
            ObjectStore to,
            FrameKeys keys,
            ClusterName cluster,
            List<String> names,
            boolean assumeContiguous) {
        public Request {
            names = List.copyOf(names);
        }
    }

    /**
     * @param backups names of those that were brought in
     * @param notes what was left out and why, and what a reader should know besides
     */
    public record Result(
            List<String> backups, List<ReplicaSetImport.Result> replicaSets, List<String> notes) {
        public Result {
            backups = List.copyOf(backups);
            replicaSets = List.copyOf(replicaSets);
            notes = List.copyOf(notes);
        }
    }

    /**
     * @param scratch for what has no room in memory
     */
    public PbmImport(Request request, Path scratch) {
        this.bucket = new PbmBucket(request.from());
        this.request = request;
        this.scratch = scratch;
    }

    /**
     * @throws CommandFailure with the reason if there is nothing to import, or it is damaged
     */
    public Result run(ImportProgress progress) throws IOException {
        List<PbmBackup> all = readMetadata();
        chosen = choose(all);
        PbmSources sources = new PbmSources(bucket, all);
        chosen.forEach(backup -> open(backup, sources));
        roles.requireCluster();
        addSlices(sources);
        List<ReplicaSetImport> imports = new ArrayList<>();
        for (Map.Entry<String, List<OplogInput>> each : oplogs.entrySet()) {
            place(each.getKey()).ifPresent(p -> imports.add(prepared(p, each.getValue())));
        }
        requireSomething(imports);
        BackupOrigins.require(imports);
        for (ReplicaSetImport one : imports) {
            one.putDocuments(progress);
        }
        for (ReplicaSetImport one : imports) {
            one.putOplog(progress);
        }
        return new Result(
                chosen.stream().map(PbmBackup::name).distinct().toList(),
                imports.stream().map(ReplicaSetImport::finish).toList(),
                notes);
    }

    /** Damaged ones stand in nobody's way who has named others. */
    private List<PbmBackup> readMetadata() {
        List<PbmBackup> read = new ArrayList<>();
        List<CommandFailure> damaged = new ArrayList<>();
        for (BucketFile file : bucket.metadata()) {
            try {
                read.add(PbmBackup.read(file));
            } catch (CommandFailure failure) {
                damaged.add(failure);
            }
        }
        boolean needed =
                request.names().isEmpty()
                        || !request.names().stream()
                                .allMatch(name -> read.stream().anyMatch(b -> b.isCalled(name)));
        if (needed && !damaged.isEmpty()) {
            throw damaged.get(0);
        }
        damaged.forEach(failure -> notes.add("Left out: " + failure.getMessage()));
        return read;
    }

    private List<PbmBackup> choose(List<PbmBackup> all) {
        for (String name : request.names()) {
            if (all.stream().noneMatch(backup -> backup.isCalled(name))) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "There is no backup '"
                                + name
                                + "' in "
                                + bucket.store().describe()
                                + ". There are "
                                + all.stream().map(PbmBackup::name).sorted().toList()
                                + ".");
            }
        }
        List<PbmBackup> found = new ArrayList<>();
        for (PbmBackup backup : all) {
            boolean named = request.names().stream().anyMatch(backup::isCalled);
            if (named || request.names().isEmpty()) {
                backup.refusal()
                        .ifPresentOrElse(
                                why -> leaveOut(backup, why, named), () -> found.add(backup));
            }
        }
        found.sort(Comparator.comparing(PbmBackup::name));
        return found;
    }

    private void leaveOut(PbmBackup backup, String why, boolean named) {
        String words = "Backup " + backup.name() + " can't be brought in: " + why + ".";
        if (named) {
            throw new CommandFailure(ExitCode.USAGE, words);
        }
        notes.add(words);
    }

    private void open(PbmBackup backup, PbmSources sources) {
        for (PbmBackup.Member member : backup.replicaSets()) {
            Dump dump = new PbmDump(bucket, backup, member).open(scratch);
            roles.see(backup, member, dump);
            List<OplogInput> recorded = sources.recorded(backup, member);
            oplogs.computeIfAbsent(member.name(), name -> new ArrayList<>()).addAll(recorded);
            addOnce(member.name(), dumped(backup, member, dump, recorded));
        }
    }

    /**
     * What ended at one time is one base: the same backup in the layouts of two versions, or a copy
     * of it under another name.
     */
    private void addOnce(String replicaSet, DumpedBackup backup) {
        List<DumpedBackup> known = backups.computeIfAbsent(replicaSet, n -> new ArrayList<>());
        Optional<DumpedBackup> same =
                known.stream().filter(k -> k.usableFrom().equals(backup.usableFrom())).findFirst();
        if (same.isEmpty()) {
            known.add(backup);
            return;
        }
        notes.add(
                "Of replica set "
                        + replicaSet
                        + " the backups "
                        + same.get().name()
                        + " and "
                        + backup.name()
                        + " ended at the same "
                        + backup.usableFrom().orElseThrow()
                        + ": the documents of the first of them are brought in, once.");
    }

    private DumpedBackup dumped(
            PbmBackup backup, PbmBackup.Member member, Dump dump, List<OplogInput> recorded) {
        OplogFiles own = OplogFiles.scan(recorded);
        ClusterTime last = own.lastEntry();
        // Not the first write that the backup names: old versions recorded from an earlier one on,
        // and where the files begin later, nothing was in between.
        ClusterTime from = own.firstEntry();
        ClusterTime end = member.lastWrite().or(backup::lastWrite).orElse(last);
        if (last.isBefore(end)) {
            notes.add(
                    "The oplog of replica set "
                            + member.name()
                            + " in backup "
                            + backup.name()
                            + " ends with "
                            + last
                            + ", before the backup's end "
                            + end
                            + ": the backup serves restores if later entries are there as well.");
        }
        return new DumpedBackup(
                backup.name(),
                dump,
                Optional.of(from),
                Optional.of(ClusterTime.max(from, end)),
                backup.serverVersion(),
                backup.featureVersion());
    }

    private void addSlices(PbmSources sources) {
        // Before the first chosen backup no slice is of use.
        ClusterTime from =
                request.names().isEmpty()
                        ? ClusterTime.ZERO
                        : backups.values().stream()
                                .flatMap(List::stream)
                                .map(backup -> backup.replayFrom().orElseThrow())
                                .min(Comparator.naturalOrder())
                                .orElse(ClusterTime.ZERO);
        for (String set : sources.slicedSets()) {
            List<OplogInput> slices = sources.slices(set, from);
            if (!slices.isEmpty()) {
                oplogs.computeIfAbsent(set, name -> new ArrayList<>()).addAll(slices);
            }
        }
    }

    private Optional<ImportPlace> place(String replicaSet) {
        Optional<ReplicaSetRole> role = roles.of(replicaSet).or(() -> archivedRole(replicaSet));
        if (role.isEmpty()) {
            notes.add(
                    "The slices of replica set "
                            + replicaSet
                            + " are left out: no backup tells what it is to the cluster.");
        }
        return role.map(
                known ->
                        new ImportPlace(
                                request.to(),
                                request.keys(),
                                request.cluster(),
                                new ReplicaSet(replicaSet),
                                known));
    }

    /** Where the backups are gone and slices alone are brought in. */
    private Optional<ReplicaSetRole> archivedRole(String replicaSet) {
        Topology archived =
                Topology.read(request.to(), new Catalogue(request.to(), request.cluster()));
        return archived.role(
                new ArchivedReplicaSet(
                        request.cluster(), Incarnation.UNKNOWN, new ReplicaSet(replicaSet)));
    }

    private ReplicaSetImport prepared(ImportPlace place, List<OplogInput> inputs) {
        List<DumpedBackup> dumped = backups.getOrDefault(place.replicaSet().name(), List.of());
        OplogFiles files = OplogFiles.scan(inputs);
        return new ReplicaSetImport(place, dumped, files, request.assumeContiguous(), scratch);
    }

    private void requireSomething(List<ReplicaSetImport> imports) {
        if (imports.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    bucket.store().describe()
                            + " holds no logical backup of Percona Backup for MongoDB that could"
                            + " be brought in: there must be NAME.pbm.json at its top."
                            + (notes.isEmpty() ? "" : " " + String.join(" ", notes)));
        }
    }
}
