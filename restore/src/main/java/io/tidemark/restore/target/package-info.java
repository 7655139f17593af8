/** Targets that are real servers, over MongoDB's driver. */
package io.tidemark.restore.target;
