package io.tidemark.capture.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ClusterConnectionMode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.bson.codecs.configuration.CodecRegistries;

/**
 * How every server of the cluster is reached: credentials, TLS and other options of one connection
 * string, which names the config servers, a router or a replica set.
 *
 * <p>Members are connected to directly, never through the driver's replica set mode: hidden members
 * don't show there, and a set that is created anew on the same hosts would be taken for a stale
 * one.
 */
public final class MongoAccess {
    private static final int MAX_CONNECTIONS = 3;
    private final ConnectionString uri;
    private final Duration timeout;

    /**
     * @param timeout for connecting, and beyond the wait of a request for its answer
     */
    public MongoAccess(ConnectionString uri, Duration timeout) {
        this.uri = Objects.requireNonNull(uri, "uri");
        this.timeout = timeout;
    }

    /** Hosts that the connection string names. */
    public List<String> seeds() {
        return uri.isSrvProtocol() ? List.of() : List.copyOf(uri.getHosts());
    }

    /** A client by the connection string as it is, for a router or to find members by SRV. */
    public MongoClient asGiven() {
        return MongoClients.create(
                timeouts(MongoClientSettings.builder().applyConnectionString(uri)).build());
    }

    /** A client of one server only, whatever its state. */
    public MongoClient direct(String address) {
        return direct(address, MAX_CONNECTIONS);
    }

    /** The same, for that many requests at once. */
    public MongoClient direct(String address, int connections) {
        ServerAddress server = new ServerAddress(address);
        MongoClientSettings.Builder settings =
                MongoClientSettings.builder()
                        .applicationName("tidemark-capture")
                        .retryReads(false)
                        .retryWrites(false)
                        .codecRegistry(
                                CodecRegistries.fromRegistries(
                                        CodecRegistries.fromCodecs(new CursorReplyCodec()),
                                        MongoClientSettings.getDefaultCodecRegistry()))
                        .applyToClusterSettings(
                                c -> c.hosts(List.of(server)).mode(ClusterConnectionMode.SINGLE))
                        .applyToConnectionPoolSettings(p -> p.maxSize(connections))
                        .applyToSslSettings(s -> s.applyConnectionString(uri))
                        .compressorList(uri.getCompressorList());
        if (uri.getCredential() != null) {
            settings.credential(uri.getCredential());
        }
        return MongoClients.create(timeouts(settings).build());
    }

    private MongoClientSettings.Builder timeouts(MongoClientSettings.Builder settings) {
        int millis = (int) timeout.toMillis();
        return settings.applyToClusterSettings(
                        c -> c.serverSelectionTimeout(millis, TimeUnit.MILLISECONDS))
                .applyToSocketSettings(
                        s ->
                                s.connectTimeout(millis, TimeUnit.MILLISECONDS)
                                        .readTimeout(millis + 30_000, TimeUnit.MILLISECONDS));
    }
}
