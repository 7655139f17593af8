/** How verbs reach Kafka and the schema registry, and read what services tell there. */
package io.tidemark.cli.kafka;
