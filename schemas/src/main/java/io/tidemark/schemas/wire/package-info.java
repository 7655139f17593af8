/** Records as bytes: Confluent's wire format around Avro. */
package io.tidemark.schemas.wire;
