package io.tidemark.embedded.mongo.node;

/**
 * The client's end as commands see it.
 *
 * @param id number of the connection on this node
 * @param remote address of the client, {@code host:port}; empty in process
 */
public record Connection(int id, String remote) {
    static final Connection IN_PROCESS = new Connection(0, "");
}
