package io.tidemark.cli.dump;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Optional;

/**
 * A dump that becomes a base, and what is known of it besides.
 *
 * @param name as its tool calls it; empty for a dump without a name
 * @param replayFrom the time from which on the oplog must be replayed over it; empty: from the
 *     first entry of all the files that are given
 * @param usableFrom when it ended: no document in it is younger
 * @param featureVersion featureCompatibilityVersion of the server, if known
 */
public record DumpedBackup(
        String name,
        Dump dump,
        Optional<ClusterTime> replayFrom,
        Optional<ClusterTime> usableFrom,
        Optional<String> serverVersion,
        Optional<String> featureVersion) {

    /**
     * @param usableFrom the operator's word on when the dump ended, if he gave it
     */
    public static DumpedBackup unnamed(Dump dump, Optional<ClusterTime> usableFrom) {
        return new DumpedBackup(
                "", dump, Optional.empty(), usableFrom, dump.serverVersion(), Optional.empty());
    }
}
