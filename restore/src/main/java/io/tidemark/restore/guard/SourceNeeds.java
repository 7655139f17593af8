package io.tidemark.restore.guard;

import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BasePart;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a replica set's data need of the server that takes them, as far as the base tells.
 *
 * @param version of the server that the base was taken from
 * @param featureVersion its featureCompatibilityVersion
 * @param leastBytes on the target's volume: the size of the base as it is compressed in the
 *     archive, harder than a server does it
 */
public record SourceNeeds(
        Optional<String> version, Optional<String> featureVersion, long leastBytes) {
    /** Of a restore that goes on: an earlier run has taken the room already. */
    public SourceNeeds withoutRoom() {
        return new SourceNeeds(version, featureVersion, 0);
    }

    /**
     * @param restored which collections of the base are wanted
     */
    public static SourceNeeds of(Optional<BaseManifest> base, Predicate<BaseCollection> restored) {
        return new SourceNeeds(
                base.flatMap(BaseManifest::serverVersion),
                base.flatMap(BaseManifest::featureVersion),
                base.stream()
                        .flatMap(manifest -> manifest.collections().stream())
                        .filter(restored)
                        .flatMap(collection -> collection.parts().stream())
                        .mapToLong(BasePart::sizeBytes)
                        .sum());
    }
}
