package io.tidemark.cli.verify;

import io.tidemark.schemas.model.ClusterTime;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A transaction that was prepared and whose outcome no archived oplog tells: restores leave it out
 * everywhere, unless what is archived later tells. At the end of a living archive that is usual.
 *
 * @param id session and number
 * @param preparedAt by replica set
 */
record Undecided(String id, Map<String, ClusterTime> preparedAt) {
    Undecided {
        preparedAt = Collections.unmodifiableMap(new TreeMap<>(preparedAt));
    }
}
