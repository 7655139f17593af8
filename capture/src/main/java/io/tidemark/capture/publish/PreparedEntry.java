package io.tidemark.capture.publish;

import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Optime;

/**
 * An entry as the bytes that go to its topic. The arrays are the topic's: not to be changed.
 *
 * @param entryBytes how large the entry is
 * @param kind header for readers that skip
 * @param ns the entry's namespace, the other such header
 */
public record PreparedEntry(
        Optime optime, int entryBytes, RecordKind kind, String ns, byte[] key, byte[] value) {}
