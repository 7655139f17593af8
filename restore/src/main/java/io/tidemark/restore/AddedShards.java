package io.tidemark.restore;

import io.tidemark.restore.guard.TargetGuard;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Shards that the restored cluster has beside the archive's: seen to be empty, registered, and
 * nothing else. Chunks lie as they did; a balancer may use the new shards afterwards.
 */
final class AddedShards implements AutoCloseable {
    private final Map<String, RestoreTarget> targets = new TreeMap<>();
    private final Map<String, TargetFacts> facts = new TreeMap<>();

    AddedShards(
            Map<String, String> uris, RestoreTarget.Connector connector, RestoreOptions options) {
        uris.forEach((id, uri) -> targets.put(id, connector.connect(uri, options)));
    }

    /** None. */
    static AddedShards none() {
        return new AddedShards(Map.of(), null, null);
    }

    void inspect() {
        targets.forEach((id, target) -> facts.put(id, target.inspect()));
    }

    List<TargetOutlook> look(TargetGuard guard) {
        List<TargetOutlook> outlooks = new ArrayList<>();
        facts.forEach((id, fact) -> outlooks.add(guard.lookAtAdded(id, fact)));
        return outlooks;
    }

    Collection<TargetFacts> facts() {
        return facts.values();
    }

    /** {@code set/host:port,…} by shard id. */
    Map<String, String> hosts() {
        Map<String, String> hosts = new TreeMap<>();
        facts.forEach((id, fact) -> hosts.put(id, fact.connectionString(id)));
        return hosts;
    }

    /** Documents of {@code config.shards}. @param like a shard of the archive, if it has one */
    List<RawDocument> documents(Optional<RawDocument> like) {
        List<RawDocument> documents = new ArrayList<>();
        hosts().forEach(
                        (id, host) -> {
                            RawDocumentBuilder shard =
                                    new RawDocumentBuilder()
                                            .appendString("_id", id)
                                            .appendString("host", host)
                                            .appendInt32("state", 1);
                            // Servers from 5.0 on want it, and take the time of any change.
                            like.flatMap(s -> s.find("topologyTime")).ifPresent(shard::append);
                            documents.add(RawDocument.of(shard.build()));
                        });
        return documents;
    }

    void forEach(IdentityWriter writer) {
        targets.forEach((id, target) -> writer.write(id, target, facts.get(id)));
    }

    /** Tells a replica set which shard it is. */
    interface IdentityWriter {
        void write(String id, RestoreTarget target, TargetFacts facts);
    }

    @Override
    public void close() {
        targets.values().forEach(RestoreTarget::close);
    }
}
