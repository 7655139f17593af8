package io.tidemark.restore.previous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Collections of all kinds, copied aside in a real engine and put back. */
final class RealCopiesTest {
    private static final String DATABASE = "kept";

    private String uri;

    @BeforeEach
    void fill() {
        uri = System.getenv("TIDEMARK_TEST_MONGO");
        assumeTrue(
                uri != null,
                "needs an empty MongoDB server: set TIDEMARK_TEST_MONGO to its connection string");
        empty();
        run("{create: 'log', capped: true, size: 8192, max: 50}");
        run("{insert: 'log', documents: [{_id: 3}, {_id: 1}, {_id: 2}]}");
        run("{create: 'names'}");
        run("{insert: 'names', documents: [{_id: 'a', '$odd': 1}, {_id: 'b', 'x.y': 2.0}]}");
        run("{createIndexes: 'names', indexes: [{key: {'$**': 1}, name: 'all'}]}");
        run("{create: 'checked', validator: {n: {$gte: 0}}}");
        run(
                "{insert: 'checked', documents: [{_id: 1, n: -1, t: 'a word'}],"
                        + " bypassDocumentValidation: true}");
        run(
                "{createIndexes: 'checked', indexes: [{key: {n: 1}, name: 'n', unique: true,"
                        + " partialFilterExpression: {n: {$gt: 0}}}, {key: {t: 'text'}, name: 't'},"
                        + " {key: {n: 'hashed'}, name: 'h'}, {key: {at: 1}, name: 'ttl',"
                        + " expireAfterSeconds: 100000}]}");
        run("{create: 'clustered', clusteredIndex: {key: {_id: 1}, unique: true}}");
        run("{insert: 'clustered', documents: [{_id: 7}]}");
    }

    @AfterEach
    void empty() {
        if (uri != null) {
            try (MongoClient client = MongoClients.create(uri)) {
                MongoDatabase database = client.getDatabase(DATABASE);
                database.listCollectionNames().forEach(c -> database.getCollection(c).drop());
            }
        }
    }

    @Test
    void copiesAreWhatTheirOriginalsWere() {
        try (MongoTarget target = new MongoTarget(uri, RestoreOptions.defaults())) {
            Map<String, Object> before = state(target, "");
            List<HeldCollection> held = target.held();
            List<Namespace> names =
                    held.stream()
                            .map(HeldCollection::namespace)
                            .filter(name -> name.database().equals(DATABASE))
                            .toList();
            Keeping keeping =
                    new Keeping(
                            "7",
                            CreatedCollections.unknown(),
                            Set.of(),
                            true,
                            false,
                            target::sizeBytes);
            KeptPrevious kept = keeping.decide(held, names, false).kept();
            assertThat(kept.collections())
                    .hasSize(4)
                    .allMatch(KeptCollection::isCopy)
                    .allMatch(one -> one.bytes() > 0);
            List<KeptPrevious> noted = new ArrayList<>();

            new SetAside(target, kept, Optional.empty(), noted::add).run();

            assertThat(state(target, PreviousNames.PREFIX + "7_")).isEqualTo(before);
            new PutBack(target, noted.get(noted.size() - 1)).run();
            assertThat(state(target, "")).isEqualTo(before);
        }
    }

    private void run(String command) {
        try (MongoClient client = MongoClients.create(uri)) {
            client.getDatabase(DATABASE).runCommand(BsonDocument.parse(command));
        }
    }

    private static Map<String, Object> state(MongoTarget target, String prefix) {
        Map<String, Object> state = new TreeMap<>();
        for (HeldCollection held : target.held()) {
            Namespace name = held.namespace();
            if (name.database().equals(DATABASE)) {
                assertThat(name.collection()).startsWith(prefix);
                List<String> documents = new ArrayList<>();
                target.scan(name, document -> documents.add(document.toString()));
                state.put(
                        name.collection().substring(prefix.length()),
                        List.of(
                                held.options().toString(),
                                held.indexes().stream().map(Object::toString).sorted().toList(),
                                documents));
            }
        }
        return state;
    }
}
