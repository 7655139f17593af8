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
        Namespace namespace, Optional<Path> documents, CollectionMetadata metadata) {}
