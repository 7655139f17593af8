package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
public final class OplogFiles {
    /** Beyond this silence between two files, entries are missing. */
    static final long LONGEST_SILENCE_SECONDS = 30;

    private final List<OplogFile> files;
    private final List<Joint> joints;

    /**
     * Where one file ends and another begins without a shared range of time.
     *
     * @param after the last entry before, exclusive
     * @param next the first entry behind
     * @param before the name of the file that ends there
     * @param behind the name of the file that begins there
     * @param silenceSeconds for so long nothing is vouched for
     * @param isExcluded the files' own names tell that entries are missing between them
     */
    public record Joint(
            ClusterTime after,
            ClusterTime next,
            String before,
            String behind,
            long silenceSeconds,
            boolean isExcluded) {
        /** True where no cluster time lies between. */
        boolean seamless() {
            return after.next().equals(next);
        }

        boolean tooLong() {
            return silenceSeconds > LONGEST_SILENCE_SECONDS;
        }

        /**
         * Whether entries are missing there.
         *
         * @param assumeContiguous the operator's word against the silence; it can't overrule names
         */
        public boolean isGap(boolean assumeContiguous) {
            return isExcluded || tooLong() && !assumeContiguous;
        }

        public Gap gap() {
            return new Gap(
                    after,
                    next.previous(),
                    "not in the imported files: "
                            + before
                            + " ends with "
                            + after
                            + ", "
                            + behind
                            + " begins with "
                            + next
                            + (isExcluded ? ", and by their names more lies between" : ""));
        }
    }

    private OplogFiles(List<OplogFile> files) {
        this.files = List.copyOf(files);
        this.joints = joints(files);
    }

    /**
     * Reads every file to its end, so that a damaged one is found before anything is stored.
     *
     * @throws CommandFailure as {@link OplogFile#scan} and {@link OneHistory#require}
     */
    public static OplogFiles scan(List<OplogInput> inputs) {
        List<OplogFile> found = new ArrayList<>();
        for (OplogInput input : new LinkedHashSet<>(inputs)) {
            OplogFile.scan(input).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "There is no oplog entry in "
                            + inputs.stream().map(OplogInput::file).toList()
                            + ". A restore needs the oplog from the beginning of the dump to its"
                            + " end at least: give --oplog FILE, or take the dump with mongodump"
                            + " --oplog.");
        }
        found.sort(
                Comparator.comparing(OplogFile::first)
                        .thenComparing(OplogFile::last, Comparator.reverseOrder()));
        OneHistory.require(found);
        return new OplogFiles(found);
    }

    private static List<Joint> joints(List<OplogFile> sorted) {
        List<Joint> found = new ArrayList<>();
        OplogFile furthest = sorted.get(0);
        OplogFile latest = sorted.get(0);
        for (OplogFile file : sorted) {
            ClusterTime covered = furthest.coversThrough();
            if (file.coversFrom().isAfter(covered)) {
                found.add(joint(latest, file, covered));
            }
            furthest = file.coversThrough().isAfter(covered) ? file : furthest;
            latest = file.last().compareTo(latest.last()) > 0 ? file : latest;
        }
        return found;
    }

    private static Joint joint(OplogFile before, OplogFile behind, ClusterTime covered) {
        return new Joint(
                before.last().clusterTime(),
                behind.first().clusterTime(),
                before.file().shortName(),
                behind.file().shortName(),
                behind.coversFrom().seconds() - covered.seconds(),
                isExcluded(before, behind));
    }

    /** Both must have the entry at which one ends and the other begins, by their names. */
    private static boolean isExcluded(OplogFile before, OplogFile behind) {
        Optional<OplogInput.Range> ends = before.input().named();
        return behind.input()
                .named()
                .filter(begins -> ends.filter(e -> e.series().equals(begins.series())).isPresent())
                .filter(
                        begins ->
                                ends.get().through().isBefore(begins.from())
                                        || behind.first().clusterTime().equals(begins.from()))
                .isPresent();
    }

    List<OplogFile> files() {
        return files;
    }

    OplogFile first() {
        return files.get(0);
    }

    public ClusterTime firstEntry() {
        return first().first().clusterTime();
    }

    public ClusterTime lastEntry() {
        return files.stream()
                .map(file -> file.last().clusterTime())
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** The scan of {@code file}; empty if it is not among the files, or has no entries. */
    Optional<OplogFile> find(BackupFile file) {
        return files.stream().filter(scanned -> scanned.file().equals(file)).findFirst();
    }

    /**
     * The longest silence within each file that is longer than noops allow: such a file may have
     * been put together of several, one of which is missing.
     */
    public Map<String, OplogContent.Silence> silences() {
        Map<String, OplogContent.Silence> found = new TreeMap<>();
        for (OplogFile file : files) {
            file.content()
                    .silence()
                    .filter(silence -> silence.seconds() > LONGEST_SILENCE_SECONDS)
                    .ifPresent(silence -> found.put(file.file().shortName(), silence));
        }
        return found;
    }

    /** Joints that no shared entry proves. */
    public List<Joint> unproven() {
        return joints.stream().filter(joint -> !joint.seamless()).toList();
    }
}
