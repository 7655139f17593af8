package io.tidemark.restore.estimate;

import io.tidemark.storage.drill.RestoreAmounts;

/**
 * What one replica set's restore has to do.
 *
 * @param slices that it reads
 * @param exact false if the number of entries is estimated from some of the slices
 */
public record SetAmounts(RestoreAmounts amounts, int slices, boolean exact) {}
