/**
 * Decides which agent captures which replica set: who is assigned the topic's partition in one
 * consumer group. Kafka is the coordinator; the fencing of the topic covers what it can't.
 */
package io.tidemark.capture.ownership;
