/** An S3 server on the local disk inside this JVM, and the faults that a real one has. */
package io.tidemark.embedded.s3;
