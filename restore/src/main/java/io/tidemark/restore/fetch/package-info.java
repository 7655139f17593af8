/** Reads what a plan names from the bucket, in order, checked. */
package io.tidemark.restore.fetch;
