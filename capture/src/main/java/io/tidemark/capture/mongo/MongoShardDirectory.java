package io.tidemark.capture.mongo;

import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import io.tidemark.capture.shards.ShardDirectory;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Reads {@code config.shards} from the config servers, or through a router; a replica set that
 * belongs to no cluster is one by itself.
 */
public final class MongoShardDirectory implements ShardDirectory {
    private static final String PRIVILEGE =
            "read on the database config (roles backup or clusterMonitor)";
    private final MongoAccess access;
    private final Set<String> known = new LinkedHashSet<>();

    public MongoShardDirectory(MongoAccess access) {
        this.access = access;
        known.addAll(access.seeds());
    }

    @Override
    public List<SourceSet> current() {
        RuntimeException last = null;
        for (String address : addresses()) {
            try (MongoMember member = new MongoMember(address, access.direct(address))) {
                return sets(member);
            } catch (SourceUnavailableException e) {
                last = e;
            }
        }
        throw new SourceUnavailableException(
                "None of "
                        + known
                        + " answers"
                        + (last == null ? "" : ", the last said: " + last.getMessage()),
                last);
    }

    @Override
    public void close() {
        // Connections live as long as one look.
    }

    private List<String> addresses() {
        if (known.isEmpty()) {
            known.addAll(addressesBySrv());
        }
        return List.copyOf(known);
    }

    private List<String> addressesBySrv() {
        try (MongoClient client = access.asGiven()) {
            client.getDatabase("admin").runCommand(new BsonDocument("ping", new BsonInt32(1)));
            return client.getClusterDescription().getServerDescriptions().stream()
                    .map(server -> server.getAddress().toString())
                    .toList();
        } catch (MongoException e) {
            throw MongoErrors.translate("find servers by the DNS name of", PRIVILEGE, e);
        }
    }

    private List<SourceSet> sets(MongoMember member) {
        Hello hello = member.hello();
        if (hello.isRouter()) {
            return cluster(configServersOfRouter(member), shards(member));
        }
        String name =
                hello.setName()
                        .orElseThrow(
                                () ->
                                        new SourceRefusedException(
                                                member.address()
                                                        + " is no member of a replica set: without"
                                                        + " one there is no oplog to capture"));
        List<String> hosts = hosts(hello, member);
        if (hello.isConfigServer()) {
            known.addAll(hosts);
            return cluster(new SetAddress(name, hosts), shards(member));
        }
        requireNoShard(member, name);
        return List.of(new SourceSet(new ReplicaSet(name), Optional.of(name), false, hosts));
    }

    private static List<String> hosts(Hello hello, MongoMember member) {
        List<String> hosts = new ArrayList<>();
        if (hello.reply().isArray("hosts")) {
            hello.reply().getArray("hosts").forEach(h -> hosts.add(h.asString().getValue()));
        }
        if (!hosts.contains(member.address())) {
            hosts.add(member.address());
        }
        return hosts;
    }

    private static List<SourceSet> cluster(SetAddress config, List<BsonDocument> shards) {
        Map<String, SourceSet> sets = new TreeMap<>();
        sets.put(config.name(), config.as(Optional.empty(), true));
        for (BsonDocument shard : shards) {
            String id = shard.getString("_id").getValue();
            SetAddress address = SetAddress.parse(shard.getString("host").getValue());
            boolean isConfig = address.name().equals(config.name());
            sets.put(address.name(), address.as(Optional.of(id), isConfig));
        }
        return List.copyOf(sets.values());
    }

    private static List<BsonDocument> shards(MongoMember member) {
        try {
            return member.client()
                    .getDatabase("config")
                    .withReadConcern(ReadConcern.MAJORITY)
                    .withReadPreference(ReadPreference.primaryPreferred())
                    .getCollection("shards", BsonDocument.class)
                    .find()
                    .into(new ArrayList<>());
        } catch (MongoException e) {
            throw member.translate("read config.shards from", PRIVILEGE, e);
        }
    }

    private static SetAddress configServersOfRouter(MongoMember router) {
        BsonDocument reply =
                router.run(
                        "admin",
                        new BsonDocument("getShardMap", new BsonInt32(1)),
                        "the action getShardMap on the cluster (role clusterMonitor)");
        BsonValue config = reply.getDocument("map", new BsonDocument()).get("config");
        if (config == null || !config.isString()) {
            throw new SourceRefusedException(
                    "The router "
                            + router.address()
                            + " does not tell where the config servers are: give their addresses in"
                            + " source.uri instead");
        }
        return SetAddress.parse(config.asString().getValue());
    }

    /** Capturing one shard alone would look like a backup of the cluster, and be none. */
    private static void requireNoShard(MongoMember member, String name) {
        try {
            BsonDocument identity =
                    member.client()
                            .getDatabase("admin")
                            .withReadPreference(ReadPreference.primaryPreferred())
                            .getCollection("system.version", BsonDocument.class)
                            .find(new BsonDocument("_id", new BsonString("shardIdentity")))
                            .first();
            if (identity != null) {
                throw new SourceRefusedException(
                        "source.uri leads to replica set "
                                + name
                                + ", which is one shard of a cluster. Give the config servers "
                                + identity.getString(
                                                "configsvrConnectionString",
                                                new BsonString("or a router"))
                                        .getValue()
                                + " instead, so that all shards are captured.");
            }
        } catch (MongoException e) {
            throw member.translate("read admin.system.version from", PRIVILEGE, e);
        }
    }
}
