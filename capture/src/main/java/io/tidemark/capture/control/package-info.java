/** Commands to agents and the state of operations, over Kafka. */
package io.tidemark.capture.control;
