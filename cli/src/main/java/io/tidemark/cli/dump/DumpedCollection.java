package io.tidemark.cli.dump;

import io.tidemark.schemas.model.Namespace;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One collection or view of a dump.
 *
 * @param documents absent for views
 */
record DumpedCollection(
        Namespace namespace, Optional<Path> documents, CollectionMetadata metadata) {

    /** True if the dump holds documents and nothing else: no options, and no indexes but _id's. */
    boolean lacksMetadata() {
        return documents.isPresent() && metadata.equals(CollectionMetadata.NONE);
    }
}
