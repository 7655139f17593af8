package io.tidemark.restore.plan;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.base.BaseManifest;

/**
 * A base, as far as planning needs it.
 *
 * @param replayAfter replay needs every entry after this time
 * @param usableFrom serves restores to this time and later
 */
public record BaseFacts(BasePlace place, ClusterTime replayAfter, ClusterTime usableFrom) {
    static BaseFacts of(BaseManifest manifest) {
        return new BaseFacts(manifest.place(), manifest.replayAfter(), manifest.usableFrom());
    }
}
