/** The indexes of a collection as of the restored time, built when all documents are there. */
package io.tidemark.restore.indexes;
