package io.tidemark.restore.plan;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.model.ClusterTime;

/**
 * A base, as far as planning needs it.
 *
 * @param replayAfter replay needs every entry after this time
 * @param usableFrom serves restores to this time and later
 */
public record BaseFacts(BasePlace place, ClusterTime replayAfter, ClusterTime usableFrom) {}
