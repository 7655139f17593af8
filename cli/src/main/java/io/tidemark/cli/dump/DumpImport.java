package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings one replica set's backup into an archive: read every oplog file to its end, put the base's
 * parts, then slices, then the base's manifest. Whatever fails before leaves no base, and repeating
 * the import is harmless.
 */
final class DumpImport {
    private static final Set<String> SERVERS_OWN = Set.of("admin", "config", "local");

    private final ImportPlace place;
    private final Request request;

    /**
     * @param dump mongodump's folder; empty to bring in oplog files only
     * @param oplogs in any order, overlapping or not
     * @param baseEnd the operator's word on when the dump ended
     */
    record Request(
            Optional<Path> dump,
            List<Path> oplogs,
            Optional<ClusterTime> baseEnd,
            boolean assumeContiguous) {
        Request {
            oplogs = List.copyOf(oplogs);
        }
    }

    /**
     * @param usableFrom from when on the imported base serves restores; empty without a dump
     * @param lackingMetadata collections of users whose options and indexes the dump doesn't tell
     * @param unproven joints between files that no shared entry proves
     */
    record Result(
            OplogImport.Outcome oplog,
            long documents,
            int collections,
            Optional<ClusterTime> usableFrom,
            boolean fromBirth,
            List<Namespace> lackingMetadata,
            List<OplogFiles.Joint> unproven) {
        Result {
            lackingMetadata = List.copyOf(lackingMetadata);
            unproven = List.copyOf(unproven);
        }
    }

    DumpImport(ImportPlace place, Request request) {
        this.place = place;
        this.request = request;
    }

    Result run(ImportProgress progress) throws IOException {
        Optional<DumpDirectory> dump = request.dump().map(DumpDirectory::read);
        List<Path> paths = new ArrayList<>(request.oplogs());
        dump.flatMap(DumpDirectory::oplog).ifPresent(paths::add);
        OplogFiles files = OplogFiles.scan(paths);
        OplogImport oplog = new OplogImport(place, files, request.assumeContiguous());
        Optional<ClusterTime> end = dump.map(d -> baseEnd(d, files));
        Optional<BaseImport> base =
                dump.map(
                        d ->
                                new BaseImport(
                                        place,
                                        d,
                                        files.first().first().clusterTime(),
                                        end.orElseThrow()));
        if (base.isPresent()) {
            base.get().run(progress::documents);
        }
        OplogImport.Outcome outcome = oplog.run(progress::entries);
        base.ifPresent(BaseImport::finish);
        return new Result(
                outcome,
                base.map(BaseImport::documents).orElse(0L),
                dump.map(d -> d.collections().size()).orElse(0),
                end,
                files.first().firstEver(),
                dump.map(DumpImport::lackingMetadata).orElse(List.of()),
                files.unproven());
    }

    private static List<Namespace> lackingMetadata(DumpDirectory dump) {
        return dump.collections().stream()
                .filter(DumpedCollection::lacksMetadata)
                .map(DumpedCollection::namespace)
                .filter(namespace -> !SERVERS_OWN.contains(namespace.database()))
                .toList();
    }

    /** See docs/decisions: a dump of a living replica set is a moving picture until it ends. */
    private ClusterTime baseEnd(DumpDirectory dump, OplogFiles files) {
        ClusterTime start = files.first().first().clusterTime();
        ClusterTime end =
                request.baseEnd()
                        .or(
                                () ->
                                        dump.oplog()
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
        return end;
    }
}
