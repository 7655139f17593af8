package io.tidemark.restore.config;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What reshardings that were copying at the restored time have left in the metadata: a temporary
 * collection with chunks of its own, and marks on the collection they were about. Nobody in the
 * restored cluster would go on with them, and their copies are not restored; the collection itself
 * is whole and in charge until the commit.
 */
final class UnfinishedReshardings {
    private static final String TEMPORARY = ".system.resharding.";
    private static final String MARK = "reshardingFields";

    /** Set for as long as a resharding lasts; what an operator sets is {@code permitMigrations}. */
    private static final String STOPPED = "allowMigrations";

    private final Set<UUID> copies = new HashSet<>();

    /**
     * @param collections of {@code config.collections}
     */
    UnfinishedReshardings(Collection<RawDocument> collections) {
        collections.stream()
                .filter(UnfinishedReshardings::isTemporary)
                .flatMap(c -> c.find("uuid").flatMap(RawElement::uuid).stream())
                .forEach(copies::add);
    }

    /** Whether a document of {@code config.collections} or {@code config.chunks} is theirs. */
    boolean own(RawDocument document) {
        Optional<UUID> uuid = document.find("uuid").flatMap(RawElement::uuid);
        return isTemporary(document) || uuid.filter(copies::contains).isPresent();
    }

    /** A collection's document as it was before and would be again. */
    RawDocument unmarked(RawDocument collection) {
        if (!collection.has(MARK)) {
            return collection;
        }
        RawDocumentBuilder plain = new RawDocumentBuilder(collection.sizeBytes());
        for (RawElement field : collection) {
            if (!field.isNamed(MARK) && !field.isNamed(STOPPED)) {
                plain.append(field);
            }
        }
        return RawDocument.of(plain.build());
    }

    private static boolean isTemporary(RawDocument collection) {
        return collection.string("_id").filter(name -> name.contains(TEMPORARY)).isPresent();
    }
}
