package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * The oplog files of one import, in the order of their first entries, and what is known of the
 * joints between them.
 *
 * <p>Only a shared entry proves that nothing is missing between two files. Tools that write
 * consecutive files share one, but an idle tool may start its next file at the first new entry. A
 * replica set writes at least a noop every 10 seconds, and only if nothing else was written, so
 * that two entries in a row are never much further apart than 20 seconds ({@code
 * periodicNoopIntervalSecs}, MongoDB manual). A longer silence between two files is therefore a
 * hole.
 */
final class OplogFiles {
    /** Beyond this silence between two files, entries are missing. */
    static final long LONGEST_SILENCE_SECONDS = 30;

    private final List<OplogFile> files;
    private final List<Joint> joints;

    /**
     * Where one file ends and another begins without a shared range of time.
     *
     * @param after the last entry before, exclusive
     * @param next the first entry behind
     */
    record Joint(ClusterTime after, ClusterTime next, Path before, Path behind) {
        /** True where no cluster time lies between. */
        boolean seamless() {
            return after.next().equals(next);
        }

        boolean tooLong() {
            return next.seconds() - after.seconds() > LONGEST_SILENCE_SECONDS;
        }

        Gap gap() {
            return new Gap(
                    after,
                    next.previous(),
                    "not in the imported files: "
                            + before.getFileName()
                            + " ends with "
                            + after
                            + ", "
                            + behind.getFileName()
                            + " begins with "
                            + next);
        }
    }

    private OplogFiles(List<OplogFile> files) {
        this.files = List.copyOf(files);
        this.joints = joints(files);
    }

    /**
     * Reads every file to its end, so that a damaged one is found before anything is stored.
     *
     * @throws CommandFailure as {@link OplogFile#scan}
     */
    static OplogFiles scan(List<Path> paths) {
        List<OplogFile> found = new ArrayList<>();
        for (Path path : new LinkedHashSet<>(paths)) {
            OplogFile.scan(path).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no oplog entry in "
                            + paths
                            + ". A restore needs the oplog from the beginning of the dump to its"
                            + " end at least: give --oplog FILE, or take the dump with mongodump"
                            + " --oplog.");
        }
        found.sort(
                Comparator.comparing(OplogFile::first)
                        .thenComparing(OplogFile::last, Comparator.reverseOrder()));
        return new OplogFiles(found);
    }

    private static List<Joint> joints(List<OplogFile> sorted) {
        List<Joint> found = new ArrayList<>();
        OplogFile furthest = sorted.get(0);
        for (OplogFile file : sorted) {
            ClusterTime covered = furthest.last().clusterTime();
            if (file.first().clusterTime().isAfter(covered)) {
                found.add(
                        new Joint(
                                covered, file.first().clusterTime(), furthest.path(), file.path()));
            }
            if (file.last().clusterTime().isAfter(covered)) {
                furthest = file;
            }
        }
        return found;
    }

    List<OplogFile> files() {
        return files;
    }

    OplogFile first() {
        return files.get(0);
    }

    /** The scan of {@code path}; empty if it is not among the files, or has no entries. */
    Optional<OplogFile> find(Path path) {
        return files.stream().filter(file -> file.path().equals(path)).findFirst();
    }

    /** Joints that no shared entry proves. */
    List<Joint> unproven() {
        return joints.stream().filter(joint -> !joint.seamless()).toList();
    }
}
