/** Who changed what, and when: oplog entries from the bucket or from the topics, filtered. */
package io.tidemark.cli.audit;
