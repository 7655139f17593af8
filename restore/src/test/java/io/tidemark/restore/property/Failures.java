package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.SimulatedMember;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import java.util.ArrayList;
import java.util.List;

/** Elections, and writes that no majority had. */
final class Failures {
    private final Life life;
    private final UserWrites writes;

    Failures(Life life, UserWrites writes) {
        this.life = life;
        this.writes = writes;
    }

    void elect() {
        List<SimulatedReplicaSet> sets = new ArrayList<>(life.cluster.replicaSets().values());
        SimulatedReplicaSet set = life.any(sets);
        List<SimulatedMember> others = others(set);
        if (!others.isEmpty()) {
            life.wrote("elect on " + set.name());
            set.elect(life.any(others));
        }
    }

    /** Users' writes, acknowledged by the primary alone, are lost in an election. */
    void rollBack() {
        List<SimulatedReplicaSet> shards = new ArrayList<>();
        life.cluster
                .routing()
                .shards()
                .keySet()
                .forEach(id -> shards.add(life.cluster.shards().get(id)));
        SimulatedReplicaSet set = life.any(shards);
        List<SimulatedMember> others = others(set);
        if (others.isEmpty()) {
            return;
        }
        life.wrote("pause on " + set.name());
        others.forEach(SimulatedMember::pauseReplication);
        for (String namespace : writes.collections()) {
            // Only where no transaction or move would see what is taken back.
            if (life.isFree(Life.database(namespace))) {
                writes.insertUnsafely(namespace);
            }
        }
        life.wrote("roll back on " + set.name());
        set.elect(life.any(others));
        set.members().forEach(SimulatedMember::resumeReplication);
    }

    private static List<SimulatedMember> others(SimulatedReplicaSet set) {
        return set.members().stream().filter(member -> !member.isPrimary()).toList();
    }
}
