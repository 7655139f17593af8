package io.tidemark.storage.catalogue;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.AtOnce;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * Which replica set is the config servers' and which is which shard, as bases and slices tell it:
 * the newest slice that knows, else the newest base. The config servers' own documents at the time
 * of a restore ({@code config.shards}) say more; this is what finds them.
 *
 * @param roles of those replica sets whose role is known
 */
public record Topology(Map<ArchivedReplicaSet, ReplicaSetRole> roles) {
    public Topology {
        roles = Map.copyOf(roles);
    }

    /** Opens the last slice of each replica set, and manifests of those where that doesn't tell. */
    public static Topology read(ObjectStore store, Catalogue catalogue) {
        Map<ArchivedReplicaSet, ReplicaSetRole> roles =
                new TreeMap<>(inSlices(store, catalogue, catalogue.replicaSets()).roles());
        Map<ArchivedReplicaSet, ReplicaSetRole> inBases = new TreeMap<>();
        for (BasePlace place : catalogue.bases()) {
            ArchivedReplicaSet set = ArchivedReplicaSet.of(place);
            if (!roles.containsKey(set)) {
                BaseManifest.read(store, place).role().ifPresent(role -> inBases.put(set, role));
            }
        }
        roles.putAll(inBases);
        return new Topology(roles);
    }

    /** Opens the last slice of each of these: some of them may not tell. */
    public static Topology inSlices(
            ObjectStore store, Catalogue catalogue, List<ArchivedReplicaSet> sets) {
        List<Callable<Optional<ReplicaSetRole>>> tasks = new ArrayList<>();
        sets.forEach(set -> tasks.add(() -> roleInLastSlice(store, catalogue, set)));
        List<Optional<ReplicaSetRole>> found = AtOnce.all(tasks);
        Map<ArchivedReplicaSet, ReplicaSetRole> roles = new TreeMap<>();
        for (int i = 0; i < sets.size(); i++) {
            ArchivedReplicaSet set = sets.get(i);
            found.get(i).ifPresent(role -> roles.put(set, role));
        }
        return new Topology(roles);
    }

    private static Optional<ReplicaSetRole> roleInLastSlice(
            ObjectStore store, Catalogue catalogue, ArchivedReplicaSet set) {
        return catalogue
                .lastSlice(set)
                .flatMap(key -> new SliceReader(store, FrameKeys.NONE).header(key).role());
    }

    /** The config servers' replica sets: one, or one per incarnation. */
    public List<ArchivedReplicaSet> configServers() {
        return roles.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof ReplicaSetRole.ConfigServer)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    public Optional<ReplicaSetRole> role(ArchivedReplicaSet set) {
        return Optional.ofNullable(roles.get(set));
    }
}
