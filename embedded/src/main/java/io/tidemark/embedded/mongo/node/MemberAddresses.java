package io.tidemark.embedded.mongo.node;

import java.util.List;

/**
 * Where the members listen, by index.
 *
 * @param hosts {@code host:port}
 */
public record MemberAddresses(List<String> hosts) {
    static final MemberAddresses NONE = new MemberAddresses(List.of());

    public MemberAddresses {
        hosts = List.copyOf(hosts);
    }

    String of(int member) {
        return hosts.isEmpty() ? "127.0.0.1:0" : hosts.get(member);
    }
}
