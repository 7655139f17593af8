package io.tidemark.cli.pbm;

import io.tidemark.cli.backupfile.BucketFile;
import io.tidemark.cli.dump.OplogInput;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The oplog files of such a bucket, and what is known of each. */
final class PbmSources {
    private static final String SLICES = PbmBucket.SLICES + "/";

    private final PbmBucket bucket;
    private final Set<ClusterTime> backupEnds = new HashSet<>();

    /**
     * @param backups all whose end is known, chosen or not
     */
    PbmSources(PbmBucket bucket, List<PbmBackup> backups) {
        this.bucket = bucket;
        backups.forEach(backup -> backup.lastWrite().ifPresent(backupEnds::add));
    }

    /** The replica sets that have slices of point-in-time recovery. */
    List<String> slicedSets() {
        return bucket.store().folders(SLICES);
    }

    /**
     * The slices of point-in-time recovery.
     *
     * @param from those that end before are left out
     */
    List<OplogInput> slices(String replicaSet, ClusterTime from) {
        List<OplogInput> found = new ArrayList<>();
        bucket.below(SLICES + replicaSet + "/")
                .forEach(
                        (path, file) ->
                                PbmName.range(file.shortName(), SLICES)
                                        .filter(range -> !range.through().isBefore(from))
                                        .map(range -> slice(file, range))
                                        .ifPresent(found::add));
        return found;
    }

    /**
     * The first slice after a backup begins where all replica sets of the backup ended, which one
     * of them need not have an entry at: there the name is the proof. Elsewhere slices share an
     * entry, and names may say too much: a copy of a backup's oplog is called by the range of all
     * replica sets. (pbm/slicer, Catchup.)
     */
    private OplogInput slice(BucketFile file, OplogInput.Range range) {
        Optional<ClusterTime> from = Optional.of(range.from()).filter(backupEnds::contains);
        return new OplogInput(file, from, Optional.empty(), Optional.of(range));
    }

    /**
     * What was recorded during the backup: one file up to 2.3, which reaches to where all replica
     * sets ended; a folder of slices since 2.4.
     *
     * @throws io.tidemark.cli.CommandFailure if there is none
     */
    List<OplogInput> recorded(PbmBackup backup, PbmBackup.Member member) {
        Optional<BucketFile> single =
                member.oplog().isEmpty() ? Optional.empty() : bucket.find(member.oplog());
        if (single.isPresent()) {
            return List.of(
                    new OplogInput(
                            single.get(),
                            member.firstWrite(),
                            backup.lastWrite(),
                            Optional.empty()));
        }
        List<OplogInput> found = new ArrayList<>();
        Map<String, BucketFile> files = bucket.below(member.oplog() + "/");
        files.forEach(
                (name, file) ->
                        PbmName.range(name, member.oplog())
                                .map(
                                        range ->
                                                new OplogInput(
                                                        file,
                                                        Optional.empty(),
                                                        Optional.empty(),
                                                        Optional.of(range)))
                                .ifPresent(found::add));
        if (found.isEmpty()) {
            throw backup.file()
                    .damaged(
                            "names an oplog that is not there: '"
                                    + member.oplog()
                                    + "', of replica set "
                                    + member.name());
        }
        found.sort(Comparator.comparing(input -> input.named().orElseThrow().from()));
        return found;
    }
}
