package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.Shard;
import java.util.List;
import java.util.stream.Collectors;

/** Whether an archive holds every member of its cluster, as far as the archive itself tells. */
public sealed interface ArchivedCluster {

    /** It does, and the timeline computed from it lies in the bucket. */
    record Whole(ClusterTimeline timeline) implements ArchivedCluster {}

    /**
     * It does not, or nobody can know: no timeline was stored.
     *
     * @param missing what is known to be missing; empty where the archive can't tell
     * @param words what is missing and what to do
     */
    record Incomplete(List<ReplicaSet> missing, String words) implements ArchivedCluster {
        public Incomplete {
            missing = List.copyOf(missing);
        }

        static Incomplete withoutConfigServers() {
            return new Incomplete(
                    List.of(),
                    "the archive has no config servers, and only they tell which shards there are."
                            + " Import them with --config-server; for a replica set that is no"
                            + " shard, 'tidemark windows --rebuild' stores it.");
        }

        static Incomplete shardsUntold() {
            return new Incomplete(
                    List.of(),
                    "nothing that is archived of the config servers tells which shards there were"
                            + " in the beginning. Import a dump of them that holds config.shards;"
                            + " if all shards are imported, 'tidemark windows --rebuild' stores"
                            + " it.");
        }

        static Incomplete without(List<Shard> shards) {
            String names =
                    shards.stream()
                            .map(shard -> shard.id() + " (replica set " + shard.replicaSet() + ")")
                            .collect(Collectors.joining(", "));
            return new Incomplete(
                    shards.stream().map(Shard::replicaSet).toList(),
                    "the cluster has members that are not in the archive: "
                            + names
                            + ". Import them too. Until then no time at which they belong to it"
                            + " can be restored; if there is no backup of them, 'tidemark windows"
                            + " --rebuild' stores what can be said without.");
        }
    }
}
