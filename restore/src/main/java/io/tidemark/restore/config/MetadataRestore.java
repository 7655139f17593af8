package io.tidemark.restore.config;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.guard.TargetFacts;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Puts the cluster's metadata into the config servers' target. A target whose cluster runs keeps
 * its own shards, version and session collection; into any other, {@code config.shards} is written
 * with the targets' hosts. The balancer is stopped: it must not move what was just restored.
 */
public final class MetadataRestore {
    private static final String SESSIONS = "config.system.sessions";
    private static final List<String> CHUNKED = List.of("chunks", "collections");
    private static final List<String> PLAIN = List.of("databases", "tags");
    private static final List<String> OF_A_NEW_CLUSTER = List.of("version");

    private final ClusterMetadata metadata;
    private final RestoreTarget target;
    private final TargetFacts facts;
    private final Map<UUID, UUID> uuids;
    private final Map<String, String> hosts;
    private final Optional<UUID> sessions;

    /**
     * @param uuids the target's UUIDs by the source's, where they differ
     * @param hosts {@code set/host:port,…} of the targets, by shard id
     */
    public MetadataRestore(
            ClusterMetadata metadata,
            RestoreTarget target,
            TargetFacts facts,
            Map<UUID, UUID> uuids,
            Map<String, String> hosts) {
        this.metadata = metadata;
        this.target = target;
        this.facts = facts;
        this.uuids = uuids;
        this.hosts = hosts;
        this.sessions =
                Optional.ofNullable(metadata.shardedCollections().get(Namespace.of(SESSIONS)))
                        .flatMap(ClusterMetadata.ShardedCollection::uuid);
    }

    /** Writes; what was there of these collections and is not kept goes. */
    public void run() {
        for (String collection : CHUNKED) {
            replace(
                    collection,
                    metadata.documents(collection).stream()
                            .filter(d -> !isOfSessions(d))
                            .map(this::withTargetUuid)
                            .toList());
        }
        PLAIN.forEach(collection -> replace(collection, metadata.documents(collection)));
        replace("settings", settings());
        if (!facts.isClusterMember()) {
            replace("shards", metadata.documents("shards").stream().map(this::rehosted).toList());
            OF_A_NEW_CLUSTER.forEach(c -> replace(c, metadata.documents(c)));
        }
    }

    /** The collections of {@code config} that {@link #run} leaves as the archive has them. */
    public List<Namespace> written() {
        List<Namespace> written = new ArrayList<>();
        List.of("chunks", "collections", "databases", "tags", "settings")
                .forEach(c -> written.add(new Namespace("config", c)));
        if (!facts.isClusterMember()) {
            List.of("shards", "version").forEach(c -> written.add(new Namespace("config", c)));
        }
        return written;
    }

    private void replace(String name, List<RawDocument> documents) {
        Namespace namespace = new Namespace("config", name);
        Map<DocumentId, RawDocument> wanted = new HashMap<>();
        documents.forEach(d -> wanted.put(DocumentId.ofDocument(d), d));
        Set<DocumentId> present = new HashSet<>();
        List<DocumentWrite> writes = new ArrayList<>();
        if (facts.collections().contains(namespace)) {
            target.scan(
                    namespace,
                    document -> {
                        DocumentId id = DocumentId.ofDocument(document);
                        present.add(id);
                        if (!wanted.containsKey(id) && !isOfSessions(document)) {
                            writes.add(new DocumentWrite.Delete(id));
                        }
                    });
        } else if (!documents.isEmpty()) {
            target.create(namespace, Optional.empty(), RawDocument.of(empty()));
        }
        wanted.forEach((id, d) -> writes.add(new DocumentWrite.Put(id, d, !present.contains(id))));
        if (!writes.isEmpty()) {
            target.write(namespace, writes);
        }
    }

    private boolean isOfSessions(RawDocument document) {
        boolean byName =
                document.string("_id").filter(SESSIONS::equals).isPresent()
                        || document.string("ns").filter(SESSIONS::equals).isPresent();
        Optional<UUID> uuid = document.find("uuid").flatMap(RawElement::uuid);
        return byName || sessions.isPresent() && uuid.equals(sessions);
    }

    private RawDocument withTargetUuid(RawDocument document) {
        Optional<UUID> own = document.find("uuid").flatMap(RawElement::uuid).map(uuids::get);
        if (own.isEmpty()) {
            return document;
        }
        RawDocumentBuilder changed = new RawDocumentBuilder(document.sizeBytes());
        for (RawElement field : document) {
            if (field.isNamed("uuid")) {
                changed.append(field.nameBytes(), (byte) 0x05, binary(own.get()));
            } else {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }

    private static byte[] binary(UUID uuid) {
        return java.nio.ByteBuffer.allocate(21)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putInt(16)
                .put((byte) 4)
                .order(java.nio.ByteOrder.BIG_ENDIAN)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
    }

    private RawDocument rehosted(RawDocument shard) {
        String id = shard.string("_id").orElse("");
        RawDocumentBuilder changed = new RawDocumentBuilder(shard.sizeBytes() + 64);
        for (RawElement field : shard) {
            if (field.isNamed("host") && hosts.containsKey(id)) {
                changed.appendString("host", hosts.get(id));
            } else {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }

    /** As they were, but the balancer stopped. */
    private List<RawDocument> settings() {
        List<RawDocument> settings = new ArrayList<>();
        for (RawDocument setting : metadata.documents("settings")) {
            if (setting.string("_id").filter("balancer"::equals).isEmpty()) {
                settings.add(setting);
            }
        }
        settings.add(
                RawDocument.of(
                        new RawDocumentBuilder()
                                .appendString("_id", "balancer")
                                .appendString("mode", "off")
                                .appendBoolean("stopped", true)
                                .build()));
        return settings;
    }

    private static byte[] empty() {
        return new RawDocumentBuilder().build();
    }
}
