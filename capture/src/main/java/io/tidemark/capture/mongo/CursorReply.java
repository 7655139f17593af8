package io.tidemark.capture.mongo;

import java.util.List;

/**
 * What a member answers to {@code find} or {@code getMore}.
 *
 * @param cursorId 0 if the cursor is closed
 * @param namespace that the cursor belongs to, empty if the reply has none
 * @param batch each document's raw bytes
 */
record CursorReply(long cursorId, String namespace, List<byte[]> batch) {}
