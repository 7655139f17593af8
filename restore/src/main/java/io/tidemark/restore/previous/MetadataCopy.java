package io.tidemark.restore.previous;

import io.tidemark.restore.config.UuidField;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a copy of the cluster's metadata says, so that it fits what is kept of the shards: UUIDs of
 * copied collections are the copies', and the balancer is as it was before the restore stopped it.
 */
public final class MetadataCopy {
    private static final Namespace COLLECTIONS = Namespace.of("config.collections");
    private static final String SESSIONS = "config.system.sessions";
    private static final String BALANCER = "balancer";

    private final KeptPrevious kept;
    private final Optional<RawDocument> balancer;
    private final Set<UUID> stays = new HashSet<>();

    /**
     * @param balancer its document in {@code config.settings} before the restore
     */
    MetadataCopy(ReplayTarget target, KeptPrevious kept, Optional<RawDocument> balancer) {
        this.kept = kept;
        this.balancer = balancer;
        boolean there = kept.collections().stream().anyMatch(k -> k.name().equals(COLLECTIONS));
        if (there && kept.mapsUuids()) {
            target.scan(
                    COLLECTIONS,
                    document -> {
                        if (isOfSessions(document)) {
                            document.find("uuid").flatMap(RawElement::uuid).ifPresent(stays::add);
                        }
                    });
        }
    }

    /** The UUIDs by which a cluster knows its collections, but for that of its sessions. */
    public static Set<UUID> uuidsIn(ReplayTarget target) {
        Set<UUID> uuids = new HashSet<>();
        target.scan(
                COLLECTIONS,
                document -> {
                    if (!isOfSessions(document)) {
                        document.find("uuid").flatMap(RawElement::uuid).ifPresent(uuids::add);
                    }
                });
        return uuids;
    }

    private static boolean isOfSessions(RawDocument document) {
        return document.string("_id").filter(SESSIONS::equals).isPresent();
    }

    Optional<RawDocument> adapted(Namespace name, RawDocument document) {
        return switch (name.collection()) {
            case "settings" ->
                    document.string("_id").filter(BALANCER::equals).isPresent()
                            ? balancer
                            : Optional.of(document);
            case "collections", "chunks" -> Optional.of(withUuid(document));
            default -> Optional.of(document);
        };
    }

    private RawDocument withUuid(RawDocument document) {
        return document.find("uuid")
                .flatMap(RawElement::uuid)
                .filter(own -> kept.mapsUuids() && !stays.contains(own))
                .map(own -> UuidField.of(document, Keeping.copyOf(own, kept.token())))
                .orElse(document);
    }
}
