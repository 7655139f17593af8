package io.tidemark.restore.target;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.codecs.configuration.CodecRegistries;
import org.bson.codecs.configuration.CodecRegistry;

/**
 * A replica set, or a lone server, reached by the driver. Every write is acknowledged by a majority
 * with its journal. Documents travel as raw BSON: what the archive holds is what is sent.
 */
public final class MongoTarget implements RestoreTarget {
    /** Unless the connection string has a serverSelectionTimeoutMS. */
    private static final int SELECTION_SECONDS = 15;

    private static final Namespace OPLOG = Namespace.of("local.oplog.rs");
    private static final CodecRegistry CODECS =
            CodecRegistries.fromRegistries(
                    CodecRegistries.fromCodecs(new ExactDocumentCodec()),
                    MongoClientSettings.getDefaultCodecRegistry());

    private final MongoClient client;
    private final Commands commands;
    private final CollectionCommands collections;
    private final Reads reads;
    private final BulkWrites writes;
    private final Inspection inspection;
    private volatile WriteConcern notes;

    /** Opens no connection yet; the driver does so in the background. */
    public MongoTarget(String connectionString, RestoreOptions options) {
        this.client = MongoClients.create(settings(connectionString, options));
        this.commands = new Commands(client, address(connectionString));
        this.collections = new CollectionCommands(commands);
        this.reads = new Reads(commands);
        this.writes = new BulkWrites(commands, reads);
        this.inspection = new Inspection(commands);
    }

    private static MongoClientSettings settings(String text, RestoreOptions options) {
        ConnectionString connection;
        try {
            connection = new ConnectionString(text);
        } catch (IllegalArgumentException e) {
            // Neither text nor cause: either may repeat a password.
            throw new RestoreException.TargetRefused(
                    "The connection string of a target is not valid: it must look like"
                            + " mongodb://host:port/?replicaSet=name");
        }
        return MongoClientSettings.builder()
                // Before the connection string: what the operator says there counts.
                .applyToClusterSettings(
                        c -> c.serverSelectionTimeout(SELECTION_SECONDS, TimeUnit.SECONDS))
                .applyConnectionString(connection)
                .codecRegistry(CODECS)
                .writeConcern(WriteConcern.MAJORITY.withJournal(true))
                .readConcern(ReadConcern.LOCAL)
                .readPreference(ReadPreference.primary())
                .applyToConnectionPoolSettings(p -> p.maxSize(2 * options.writers() + 4))
                .build();
    }

    private static String address(String connectionString) {
        return String.join(",", new ConnectionString(connectionString).getHosts());
    }

    @Override
    public Optional<UUID> create(Namespace namespace, Optional<UUID> wanted, RawDocument options) {
        return collections.create(namespace, wanted, options);
    }

    @Override
    public void drop(Namespace namespace) {
        collections.drop(namespace);
    }

    @Override
    public void rename(Namespace from, Namespace to) {
        collections.rename(from, to);
    }

    @Override
    public void modify(Namespace namespace, RawDocument changes) {
        collections.modify(namespace, changes);
    }

    @Override
    public Optional<UUID> convertToCapped(Namespace namespace, long sizeBytes) {
        return collections.convertToCapped(namespace, sizeBytes);
    }

    @Override
    public void createIndex(Namespace namespace, RawDocument specification) {
        collections.createIndex(namespace, specification);
    }

    @Override
    public void find(
            Namespace namespace, Set<DocumentId> ids, BiConsumer<DocumentId, RawDocument> reader) {
        reads.find(namespace, ids, reader);
    }

    @Override
    public void write(
            Namespace namespace,
            List<DocumentWrite> documents,
            BiConsumer<DocumentId, RawDocument> displaced) {
        writes.write(namespace, documents, displaced);
    }

    @Override
    public void writeInOrder(Namespace namespace, List<DocumentWrite> documents) {
        writes.writeInOrder(namespace, documents);
    }

    @Override
    public Set<DocumentId> insertAbsent(Namespace namespace, List<DocumentWrite.Put> documents) {
        return writes.insertAbsent(namespace, documents);
    }

    @Override
    public Optional<RawDocument> newest(Namespace namespace) {
        return reads.newest(namespace);
    }

    @Override
    public void scan(Namespace namespace, Consumer<RawDocument> reader) {
        reads.scan(namespace, reader);
    }

    @Override
    public TargetFacts inspect() {
        return inspection.run();
    }

    @Override
    public List<HeldCollection> held() {
        return new HeldCatalogue(commands).read();
    }

    @Override
    public long sizeBytes(Namespace namespace) {
        return inspection.sizeBytes(namespace);
    }

    @Override
    public void dropIndexes(Namespace namespace) {
        collections.dropIndexes(namespace);
    }

    @Override
    public void ownOplog(Predicate<RawDocument> reader) {
        reads.newestFirst(OPLOG, reader);
    }

    @Override
    public void expireDocuments(boolean on) {
        BsonDocument set =
                new BsonDocument("setParameter", new BsonInt32(1))
                        .append("ttlMonitorEnabled", BsonBoolean.valueOf(on));
        commands.run("set ttlMonitorEnabled to " + on, () -> commands.read("admin", set));
    }

    @Override
    public Set<String> connectedAs() {
        return inspection.users();
    }

    @Override
    public Map<Namespace, Optional<UUID>> collections() {
        return inspection.uuids();
    }

    @Override
    public Optional<RawDocument> readMark(String id) {
        return commands.run(
                "read the mark of a restore under way",
                () ->
                        Optional.ofNullable(
                                        commands.collection(Inspection.MARK)
                                                .find(Filters.eq("_id", id))
                                                .first())
                                .map(Bson::raw));
    }

    @Override
    public boolean mark(RawDocument mark, Optional<ExpectedMark> expected) {
        return new Marks(commands).put(mark, expected);
    }

    @Override
    public void append(Namespace namespace, List<RawDocument> documents) {
        commands.run(
                "note what is written next",
                () ->
                        commands.collection(namespace)
                                .withWriteConcern(concernOfNotes())
                                .insertMany(documents.stream().map(RawDocument::toBson).toList()));
    }

    /**
     * In one replica set a later write that is durable proves that this one is. Behind a router the
     * later one may go to another shard.
     */
    private WriteConcern concernOfNotes() {
        WriteConcern known = notes;
        if (known == null) {
            known =
                    inspection.isRouter()
                            ? WriteConcern.MAJORITY.withJournal(true)
                            : WriteConcern.W1;
            notes = known;
        }
        return known;
    }

    @Override
    public void unmark() {
        commands.run(
                "remove the mark of a restore under way",
                () -> {
                    client.getDatabase(ReplayTarget.MARK_DATABASE).drop();
                    return null;
                });
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return commands.address();
    }
}
