package io.tidemark.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.embedded.mongo.sharding.SimulatedCluster;
import org.bson.BsonDocument;

/**
 * Users and roles of a cluster, and of one of its shards alone, in the form a server keeps them.
 */
final class EveryAccount {
    private static final String CREDENTIALS =
            "{'SCRAM-SHA-1': {iterationCount: 10000, salt: 'c2FsdDE=', storedKey: 'a2V5MQ==',"
                    + " serverKey: 'a2V5Mg=='}, 'SCRAM-SHA-256': {iterationCount: 15000, salt:"
                    + " 'c2FsdDI=', storedKey: 'a2V5Mw==', serverKey: 'a2V5NA=='}}";
    private final SimulatedCluster cluster;

    EveryAccount(SimulatedCluster cluster) {
        this.cluster = cluster;
    }

    void create() {
        for (SimulatedReplicaSet set : cluster.replicaSets().values()) {
            insert(
                    set,
                    "system.roles",
                    "{_id: 'kinds.reader', role: 'reader', db: 'kinds', privileges: [{resource:"
                            + " {db: 'kinds', collection: ''}, actions: ['find']}], roles: []}");
            insert(set, "system.users", user("admin", "root"));
            insert(set, "system.users", user("admin", "gone"));
            insert(set, "system.users", user("kinds", "app"));
        }
    }

    /** Between snapshot and restored time. */
    void change() {
        for (SimulatedReplicaSet set : cluster.replicaSets().values()) {
            run(set, "delete: 'system.users', deletes: [{q: {_id: 'admin.gone'}, limit: 1}]");
            run(
                    set,
                    "update: 'system.users', updates: [{q: {_id: 'kinds.app'}, u: {$set:"
                            + " {'credentials.SCRAM-SHA-256.storedKey': 'bmV3'}}}]");
            insert(set, "system.users", user("admin", "late"));
        }
    }

    private static String user(String database, String name) {
        return ("{_id: '%s.%s', userId: {$uuid: '5a0c1f9e-1111-4222-8333-444455556666'}, user:"
                        + " '%s', db: '%s', credentials: %s, roles: [{role: 'reader', db:"
                        + " 'kinds'}]}")
                .formatted(database, name, name, database, CREDENTIALS);
    }

    static void insert(SimulatedReplicaSet set, String collection, String document) {
        run(set, "insert: '" + collection + "', documents: [" + document + "]");
    }

    private static void run(SimulatedReplicaSet set, String command) {
        BsonDocument reply = set.primary().run("admin", BsonDocument.parse("{" + command + "}"));
        assertThat(reply.getNumber("n").intValue()).as("%s: %s", command, reply).isEqualTo(1);
    }
}
