/** The bucket as a port, and the two stores behind it: a directory and S3. */
package io.tidemark.storage.object;
