/**
 * Decides, from what the bucket lists, what a restore to a cluster time needs, or why it can't be.
 */
package io.tidemark.restore.plan;
