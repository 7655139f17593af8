package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.SharedData;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bson.BsonArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Oplogs that other tools' authors recorded from 2014 to 2024, replayed from nothing. */
final class RecordedOplogsTest {
    private final MemoryTarget target = new MemoryTarget();
    private ShardReplay replay;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // file | entries | collections with their documents and indexes
                "collMod                |   1 | ",
                "collMod_with_hidden    |   2 | ",
                "commit_index           |   2 | ",
                "commit_indexes_build   |  17 | commit_index.test:1 a_1 b_1",
                "create_index           |   1 | ",
                "create_indexes         |  16 | create_indexes.test:0 a_1 b_1",
                "drop_collection        |   1 | ",
                "drop_db                |   1 | ",
                "drop_index             |   1 | ",
                "dump_local_oplog       | 100 | test.op:100",
                "dump_oplog_conflict    |   5 | test.data:5",
                "dump_with_noop         |   4 | test.data:1",
                "oplog_ignore_index     |   2 | ",
                "oplogdump              |   3 | db1.c1:5",
                "vectored_insert        |   1 | mongodump_test_db.coll1:2",
            })
    void replaysWithoutABase(String file, int entries, String expected) {
        String name =
                "mongo-tools/" + file + (file.equals("dump_local_oplog") ? ".oplog.rs" : ".oplog");
        List<RawDocument> oplog = BsonFiles.documents(SharedData.path(name + ".bson"));

        replay(oplog);

        assertThat(oplog).hasSize(entries);
        assertThat(contents()).isEqualTo(expected == null ? "" : expected);
        assertThat(replay.problems().list()).isEmpty();
    }

    @Test
    void appliesTheIndexCommandsToACollectionOfTheBase() {
        start();
        CollectionState foo = base("test.foo", List.of());
        for (String file : List.of("create_index", "collMod_with_hidden")) {
            apply(BsonFiles.documents(SharedData.path("mongo-tools/" + file + ".oplog.bson")));
        }
        assertThat(foo.indexes().specifications())
                .extracting(spec -> spec.toBson().toJson())
                .containsExactly(
                        "{\"v\": 2, \"key\": {\"f\": 1.0}, \"name\": \"f_1\","
                                + " \"expireAfterSeconds\": 3600, \"hidden\": true}");

        apply(BsonFiles.documents(SharedData.path("mongo-tools/drop_index.oplog.bson")));
        assertThat(foo.indexes().specifications()).isEmpty();
    }

    @Test
    void appliesEveryDeltaOfATimeSeriesToItsBuckets() {
        start();
        base(
                "timeseries_test.system.buckets.foo_ts",
                BsonFiles.documents(
                        SharedData.path("mongo-tools/timeseries.system.buckets.foo_ts.bson")));
        apply(BsonFiles.documents(SharedData.path("mongo-tools/timeseries.oplog.bson")));

        List<RawDocument> buckets =
                target.documents(Namespace.of("timeseries_test.system.buckets.foo_ts"));
        assertThat(buckets).hasSize(10);
        // Every column of a bucket has as many measurements as the others, numbered from 0.
        assertThat(buckets)
                .allSatisfy(
                        bucket -> {
                            var data = bucket.toBson().getDocument("data");
                            int measurements = data.getDocument("ts").size();
                            assertThat(data.values())
                                    .allMatch(column -> column.asDocument().size() == measurements);
                            assertThat(data.getDocument("ts").keySet())
                                    .contains(Integer.toString(measurements - 1));
                        });
        assertThat(replay.problems().list()).isEmpty();
        assertThat(replay.entriesApplied()).isEqualTo(872);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ops_n               | ",
                // The same UUID is created under two names: the second one is the collection's.
                "ops_cmd_create_drop | mydb.c2:0",
                // The config database belongs to config servers; a shard's is its own business.
                "ops_admin_databases | mydb.collection1:1",
                "ops_i_u_d           | mydb.c1:0",
            })
    void replaysSingleEntriesOfNewServers(String file, String expected) throws Exception {
        String json = Files.readString(SharedData.path("pbm-ops/" + file + ".json"));
        List<RawDocument> oplog = new ArrayList<>();
        BsonArray.parse(json).forEach(e -> oplog.add(BsonFiles.raw(e.asDocument())));

        replay(oplog);

        assertThat(contents()).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void stopsAtWhatItCannotReplay() {
        start();
        for (String o :
                List.of(
                        "{importCollection: 'db.c'}",
                        "{upgradeDowngradeViewlessTimeseries: 'c'}",
                        "{create: 'h', timeseries: {timeField: 't'}}",
                        "{conjure: 'c'}")) {
            OplogEntry entry = command(o);
            assertThatThrownBy(() -> replay.apply(entry))
                    .isInstanceOf(RestoreException.ArchiveDamaged.class)
                    .hasMessageContaining("can't be replayed");
        }
    }

    private static OplogEntry command(String o) {
        return OplogEntry.of(
                BsonFiles.json(
                        "{op: 'c', ns: 'db.$cmd', ts: {$timestamp: {t: 1, i: 1}}, t: {$numberLong:"
                                + " '1'}, v: {$numberLong: '2'}, o: "
                                + o
                                + "}"));
    }

    private void replay(List<RawDocument> oplog) {
        start();
        apply(oplog);
    }

    private void start() {
        replay =
                new ShardReplay(
                        new ReplayStart(
                                new ReplicaSet("rs"),
                                NamespaceRules.shard(),
                                ClusterTime.ZERO,
                                ClusterTime.MAX,
                                true),
                        target,
                        new MemoryTarget(),
                        at -> {
                            throw new AssertionError("nothing is large enough to be read again");
                        },
                        RestoreOptions.defaults());
    }

    private CollectionState base(String namespace, List<RawDocument> documents) {
        CollectionState collection =
                replay.addBase(
                        Namespace.of(namespace),
                        Optional.empty(),
                        Optional.empty(),
                        Collections.NO_OPTIONS,
                        List.of());
        documents.forEach(document -> replay.loadInto(collection, document));
        return collection;
    }

    private void apply(List<RawDocument> oplog) {
        oplog.forEach(entry -> replay.apply(OplogEntry.of(entry)));
        replay.finish();
    }

    private String contents() {
        Map<String, String> texts = new TreeMap<>();
        for (CollectionState collection : replay.collections()) {
            StringBuilder text = new StringBuilder();
            text.append(target.documents(collection.namespace()).size());
            collection
                    .indexes()
                    .specifications()
                    .forEach(spec -> text.append(' ').append(spec.string("name").orElseThrow()));
            texts.put(collection.namespace().toString(), text.toString());
        }
        return String.join(
                ", ", texts.entrySet().stream().map(e -> e.getKey() + ":" + e.getValue()).toList());
    }
}
