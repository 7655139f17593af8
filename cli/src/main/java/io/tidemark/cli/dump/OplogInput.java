package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/**
 * A file of oplog entries, and what its backup vouches for.
 *
 * @param coversFrom it holds every entry from this time on; empty where only its first entry shows
 *     where it begins
 * @param coversThrough it holds every entry up to this time; empty where only its last entry shows
 * @param named the range in its name, within which its entries must lie
 */
public record OplogInput(
        BackupFile file,
        Optional<ClusterTime> coversFrom,
        Optional<ClusterTime> coversThrough,
        Optional<Range> named) {

    /**
     * Both ends belong to it.
     *
     * @param series of files with the same one, each begins with the entry at which another ends
     */
    public record Range(ClusterTime from, ClusterTime through, String series) {}

    /** A file of which nothing is known but its entries. */
    public static OplogInput of(BackupFile file) {
        return new OplogInput(file, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * @throws CommandFailure if the file holds what its name excludes
     */
    void requireWithin(ClusterTime first, ClusterTime last) {
        boolean outside =
                named.filter(range -> first.isBefore(range.from()) || last.isAfter(range.through()))
                        .isPresent();
        if (outside) {
            throw file.damaged(
                    "holds entries from "
                            + first
                            + " to "
                            + last
                            + ", but by its name it holds those from "
                            + named.get().from()
                            + " to "
                            + named.get().through()
                            + ": it was renamed, or belongs to another backup");
        }
    }
}
