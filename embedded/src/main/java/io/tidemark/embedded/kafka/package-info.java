/**
 * A real Kafka (KRaft) cluster of one or three nodes inside this JVM, for the demo and the tests.
 */
package io.tidemark.embedded.kafka;
