package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.IdSource;
import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.WriteContext;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonTimestamp;

/**
 * Writes {@code config.changelog}: what is going on in the cluster, in the words of the release.
 */
final class Changelog {
    private static final String NAMESPACE = "config.changelog";
    private static final long CAPPED_BYTES = 200L << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+00:00'")
                    .withZone(ZoneOffset.UTC);

    private final Member config;
    private final IdSource ids;
    private final Clock clock;
    private final ServerVersion version;

    Changelog(Member config, IdSource ids, Clock clock, ServerVersion version) {
        this.config = config;
        this.ids = ids;
        this.clock = clock;
        this.version = version;
    }

    void create() {
        BsonDocument options =
                new BsonDocument("capped", BsonBoolean.TRUE)
                        .append("size", new BsonInt64(CAPPED_BYTES));
        config.tell(
                primary ->
                        primary.createCollection(
                                NAMESPACE, options, Optional.of(ids.uuid()), WriteContext.plain()));
    }

    /**
     * Writes a line.
     *
     * @param writer the set whose node logs it: a shard, or the config servers
     * @return cluster time of its entry
     */
    BsonTimestamp write(Member writer, String what, String namespace, BsonDocument details) {
        return write(NAMESPACE, writer, what, namespace, details);
    }

    /** What the balancer does goes to a log of its own. */
    void writeAction(String what) {
        write("config.actionlog", config, what, "", new BsonDocument());
    }

    private BsonTimestamp write(
            String log, Member writer, String what, String namespace, BsonDocument details) {
        Instant now = clock.instant();
        String server = writer.server();
        boolean describesSession = version.atLeast(ServerVersion.V8_0);
        String name =
                describesSession
                        ? server + ":conn" + (1 + Math.floorMod(what.hashCode(), 90))
                        : server;
        BsonDocument line =
                new BsonDocument(
                                "_id",
                                Bson.string(
                                        name
                                                + "-"
                                                + TIME.format(now)
                                                + "-"
                                                + ids.objectId().toHexString()))
                        .append("server", Bson.string(name))
                        .append("shard", Bson.string(writer.id()))
                        .append("clientAddr", Bson.string(""))
                        .append("time", new BsonDateTime(now.toEpochMilli()))
                        .append("what", Bson.string(what))
                        .append("ns", Bson.string(namespace))
                        .append("details", details);
        return config.call(primary -> primary.insert(log, List.of(line), WriteContext.plain()))
                .at();
    }
}
