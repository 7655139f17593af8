package io.tidemark.restore.config;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.StagedTarget;
import io.tidemark.restore.target.TargetFacts;
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
    private static final String BALANCER = "balancer";
    private static final String SESSIONS = "config.system.sessions";
    private static final Namespace COLLECTIONS = Namespace.of("config.collections");
    private static final Namespace CHUNKS = Namespace.of("config.chunks");
    private static final Namespace SHARDS = Namespace.of("config.shards");
    private static final int AT_ONCE = 1_000;
    private static final List<String> PLAIN = List.of("tags");
    private static final List<String> OF_A_NEW_CLUSTER = List.of("version");

    private final ClusterMetadata metadata;
    private final RestoreTarget target;
    private final TargetFacts facts;
    private final boolean chunksStaged;
    private final Map<UUID, UUID> uuids;
    private final ShardNames names;
    private final Map<String, String> hosts;
    private final List<RawDocument> addedShards;
    private final Optional<UUID> sessions;
    private final UnfinishedReshardings reshardings;
    private Set<Namespace> there = Set.of();

    /**
     * @param uuids the target's UUIDs by the source's, where they differ
     * @param chunksStaged whether replay has put chunks aside
     * @param names the shards' new ids
     * @param hosts {@code set/host:port,…} of the targets, by the new ids
     * @param addedShards documents of {@code config.shards} of shards that the archive lacks
     */
    public MetadataRestore(
            ClusterMetadata metadata,
            RestoreTarget target,
            TargetFacts facts,
            boolean chunksStaged,
            Map<UUID, UUID> uuids,
            ShardNames names,
            Map<String, String> hosts,
            List<RawDocument> addedShards) {
        this.metadata = metadata;
        this.target = target;
        this.facts = facts;
        this.chunksStaged = chunksStaged;
        this.uuids = uuids;
        this.names = names;
        this.hosts = hosts;
        this.addedShards = List.copyOf(addedShards);
        this.reshardings = new UnfinishedReshardings(metadata.documents("collections"));
        this.sessions =
                Optional.ofNullable(metadata.shardedCollections().get(Namespace.of(SESSIONS)))
                        .flatMap(ClusterMetadata.ShardedCollection::uuid);
    }

    /** Writes; what was there of these collections and is not kept goes. */
    public void run() {
        // As they are now: what a killed run had made may have been taken back since it was asked.
        there = target.collections().keySet();
        copyChunks();
        replace(
                "collections",
                metadata.documents("collections").stream()
                        .filter(d -> !isOfSessions(d) && !reshardings.own(d))
                        .map(reshardings::unmarked)
                        .map(this::withTargetUuid)
                        .map(names::inPrimary)
                        .toList());
        replace(
                "databases",
                metadata.documents("databases").stream().map(names::inPrimary).toList());
        PLAIN.forEach(collection -> replace(collection, metadata.documents(collection)));
        replace("settings", settings());
        if (!facts.isClusterMember()) {
            List<RawDocument> shards = new ArrayList<>(addedShards);
            metadata.documents("shards").forEach(shard -> shards.add(rehosted(shard)));
            replace("shards", shards);
            OF_A_NEW_CLUSTER.forEach(c -> replace(c, metadata.documents(c)));
        } else {
            assignZones();
        }
    }

    /** A cluster that runs keeps its shards, and gets the zones that the source's were in. */
    private void assignZones() {
        Map<String, RawDocument> archived = new HashMap<>();
        metadata.documents("shards")
                .forEach(shard -> archived.put(names.of(shard.string("_id").orElse("")), shard));
        List<DocumentWrite> writes = new ArrayList<>();
        target.scan(
                SHARDS,
                shard -> {
                    RawDocument like = archived.get(shard.string("_id").orElse(""));
                    if (like != null && !shard.find("tags").equals(like.find("tags"))) {
                        RawDocument changed = withZonesOf(shard, like);
                        DocumentId id = DocumentId.ofDocument(changed);
                        writes.add(new DocumentWrite.Put(id, changed, false));
                    }
                });
        if (!writes.isEmpty()) {
            target.write(SHARDS, writes);
        }
    }

    private static RawDocument withZonesOf(RawDocument shard, RawDocument like) {
        RawDocumentBuilder changed = new RawDocumentBuilder(shard.sizeBytes() + like.sizeBytes());
        for (RawElement field : shard) {
            if (!field.isNamed("tags")) {
                changed.append(field);
            }
        }
        like.find("tags").ifPresent(changed::append);
        return RawDocument.of(changed.build());
    }

    /** From where replay put them. */
    private void copyChunks() {
        // Of a run that goes on nobody knows whose they are: all but the sessions' are written
        // anew.
        if (there.contains(CHUNKS) && there.contains(COLLECTIONS)) {
            removeChunks();
        }
        if (!chunksStaged) {
            return;
        }
        if (!there.contains(CHUNKS)) {
            target.create(CHUNKS, Optional.empty(), RawDocument.of(empty()));
        }
        List<DocumentWrite> some = new ArrayList<>();
        new StagedTarget(target)
                .scan(
                        CHUNKS,
                        chunk -> {
                            if (!isOfSessions(chunk) && !reshardings.own(chunk)) {
                                RawDocument own = RawDocument.of(adapted(chunk).toBytes());
                                DocumentId id = DocumentId.ofDocument(own);
                                some.add(new DocumentWrite.Put(id, own, true));
                            }
                            if (some.size() == AT_ONCE) {
                                target.write(CHUNKS, some);
                                some.clear();
                            }
                        });
        if (!some.isEmpty()) {
            target.write(CHUNKS, some);
        }
    }

    /** All but the sessions': their collections have been dropped. */
    private void removeChunks() {
        Set<UUID> kept = new HashSet<>();
        target.scan(
                COLLECTIONS,
                document -> {
                    if (isOfSessions(document)) {
                        document.find("uuid").flatMap(RawElement::uuid).ifPresent(kept::add);
                    }
                });
        List<DocumentWrite> some = new ArrayList<>();
        target.scan(
                CHUNKS,
                chunk -> {
                    Optional<UUID> of = chunk.find("uuid").flatMap(RawElement::uuid);
                    if (of.filter(kept::contains).isEmpty() && !isOfSessions(chunk)) {
                        some.add(new DocumentWrite.Delete(DocumentId.ofDocument(chunk)));
                    }
                    // The scan has passed them: it doesn't run over its own deletes.
                    if (some.size() == AT_ONCE) {
                        target.write(CHUNKS, some);
                        some.clear();
                    }
                });
        if (!some.isEmpty()) {
            target.write(CHUNKS, some);
        }
    }

    private RawDocument adapted(RawDocument chunk) {
        return names.inChunk(withTargetUuid(chunk));
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
        if (there.contains(namespace)) {
            target.scan(
                    namespace,
                    document -> {
                        DocumentId id = DocumentId.ofDocument(document);
                        present.add(id);
                        if (!wanted.containsKey(id) && !isTargets(document)) {
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

    /** What stays the target's own. */
    private boolean isTargets(RawDocument document) {
        boolean balancer = document.string("_id").filter(BALANCER::equals).isPresent();
        return isOfSessions(document) || balancer && facts.isClusterMember();
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
        return UuidField.of(document, own.get());
    }

    /** With its new id and hosts, and as a shard in service. */
    private RawDocument rehosted(RawDocument shard) {
        String id = names.of(shard.string("_id").orElse(""));
        RawDocumentBuilder changed = new RawDocumentBuilder(shard.sizeBytes() + 64);
        for (RawElement field : shard) {
            if (field.isNamed("_id")) {
                changed.appendString("_id", id);
            } else if (field.isNamed("host") && hosts.containsKey(id)) {
                changed.appendString("host", hosts.get(id));
            } else if (field.isNamed("state")) {
                changed.appendInt32("state", 1);
            } else {
                changed.append(field);
            }
        }
        return RawDocument.of(changed.build());
    }

    /**
     * As they were, but the balancer stopped. In a cluster that runs it has been stopped already,
     * and its settings are the cluster's own.
     */
    private List<RawDocument> settings() {
        List<RawDocument> settings = new ArrayList<>();
        for (RawDocument setting : metadata.documents("settings")) {
            if (setting.string("_id").filter(BALANCER::equals).isEmpty()) {
                settings.add(setting);
            }
        }
        if (!facts.isClusterMember()) {
            settings.add(
                    RawDocument.of(
                            new RawDocumentBuilder()
                                    .appendString("_id", BALANCER)
                                    .appendString("mode", "off")
                                    .appendBoolean("stopped", true)
                                    .build()));
        }
        return settings;
    }

    private static byte[] empty() {
        return new RawDocumentBuilder().build();
    }
}
