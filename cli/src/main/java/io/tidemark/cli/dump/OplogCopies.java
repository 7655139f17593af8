package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds an oplog file that lies at two replica sets' places. No two of them write the same
 * documents at the same times, so one of the copies stands where another file should.
 */
final class OplogCopies {
    private record Place(ReplicaSet replicaSet, OplogFile file) {}

    private final Map<OplogContent, Place> seen = new HashMap<>();

    /**
     * @throws CommandFailure if one of the files was seen at another replica set
     */
    void add(ReplicaSet replicaSet, OplogFiles files) {
        for (OplogFile file : files.files()) {
            if (!file.content().hasWrites()) {
                continue;
            }
            Place other = seen.putIfAbsent(file.content(), new Place(replicaSet, file));
            if (other != null && !other.replicaSet().equals(replicaSet)) {
                throw copied(other, new Place(replicaSet, file));
            }
        }
    }

    private static CommandFailure copied(Place one, Place other) {
        return new CommandFailure(
                ExitCode.ARCHIVE_DAMAGED,
                "Replica sets "
                        + one.replicaSet()
                        + " and "
                        + other.replicaSet()
                        + " can't have written the same: "
                        + one.file().file()
                        + " and "
                        + other.file().file()
                        + " hold the same entries from "
                        + one.file().first()
                        + " to "
                        + one.file().last()
                        + ". One of the files was copied to the other's place. Nothing of this"
                        + " import was made part of the archive. Copy the backup again from where"
                        + " it was written.");
    }
}
