package io.tidemark.restore;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSetRole;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The recorded backup of a real two-shard cluster of server 5.0, as an archive. */
final class RealClusterArchive {
    static final ClusterTime FROM = new ClusterTime(1644242753, 1);
    static final ClusterTime CONSISTENT = new ClusterTime(1644242765, 18);

    private RealClusterArchive() {}

    /**
     * Skips the test, with a message, where there is no recorded data. Called before a test begins:
     * where a test waits for an exception, the skip would be taken for a wrong one.
     */
    static void requireRecorded() {
        SharedData.path("pbm-5.0");
    }

    static void importInto(TestArchive archive) {
        Map<Namespace, List<RawDocument>> config = new TreeMap<>();
        for (String collection :
                List.of(
                        "changelog",
                        "chunks",
                        "collections",
                        "databases",
                        "settings",
                        "shards",
                        "tags",
                        "version")) {
            config.put(
                    new Namespace("config", collection),
                    documents("cfg.config." + collection + ".bson"));
        }
        add(archive, "cfg", ReplicaSetRole.CONFIG_SERVER, config);
        importShard(archive);
        add(
                archive,
                "rs2",
                ReplicaSetRole.shard("rsx"),
                Map.of(
                        Namespace.of("trx.test"),
                        documents("rs2.trx.test.bson"),
                        Namespace.of("trx.test2"),
                        documents("rs2.trx.test2.bson"),
                        Namespace.of("config.cache.chunks.trx.test"),
                        documents("rs2.config.cache.chunks.trx.test.bson")));
    }

    /** One shard alone, as if it were a replica set of its own. */
    static void importShard(TestArchive archive) {
        add(
                archive,
                "rs1",
                ReplicaSetRole.shard("rs1"),
                Map.of(
                        Namespace.of("trx.test"),
                        documents("rs1.trx.test.bson"),
                        Namespace.of("config.cache.chunks.trx.test"),
                        documents("rs1.config.cache.chunks.trx.test.bson")));
    }

    private static void add(
            TestArchive archive,
            String set,
            ReplicaSetRole role,
            Map<Namespace, List<RawDocument>> collections) {
        archive.base(set, role, FROM, CONSISTENT, collections);
        archive.slices(
                set,
                role,
                FROM.previous(),
                BsonFiles.oplog(
                        path(set + ".backup.oplog.bson"),
                        path(set + ".pitr1.oplog.bson"),
                        path(set + ".pitr2.oplog.bson")));
    }

    private static List<RawDocument> documents(String file) {
        return BsonFiles.documents(path(file));
    }

    private static Path path(String file) {
        return SharedData.path("pbm-5.0/" + file);
    }
}
