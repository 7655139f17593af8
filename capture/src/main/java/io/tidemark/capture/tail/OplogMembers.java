package io.tidemark.capture.tail;

import java.util.List;
import java.util.Map;

/**
 * The members that hold data.
 *
 * @param readable those that can be read now, the preferred first
 * @param others address and why not, of those that can't
 */
public record OplogMembers(List<OplogMember> readable, Map<String, String> others) {
    public OplogMembers {
        readable = List.copyOf(readable);
        others = Map.copyOf(others);
    }
}
