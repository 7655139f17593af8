package io.tidemark.embedded.mongo.oplog;

import java.util.List;

/**
 * Entries read in one go.
 *
 * @param entries raw entries in order
 * @param last optime of the last of them; {@link Optime#NONE} if there are none
 */
public record OplogRun(List<byte[]> entries, Optime last) {}
