package io.tidemark.capture.tail;

import java.util.Objects;

/**
 * A member whose oplog can be read now.
 *
 * @param address {@code host:port} as the replica set's configuration has it
 */
public record OplogMember(String address, MemberRole role) {
    public OplogMember {
        Objects.requireNonNull(role, "role");
        if (address.isEmpty()) {
            throw new IllegalArgumentException("a member's address is empty");
        }
    }

    @Override
    public String toString() {
        return address + " (" + role.name().toLowerCase(java.util.Locale.ROOT) + ")";
    }
}
