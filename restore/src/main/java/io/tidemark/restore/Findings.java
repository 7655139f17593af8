package io.tidemark.restore;

import io.tidemark.restore.replay.Problems;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a restore finds on its way that its report tells.
 *
 * @param problems differences: the restore goes on, and is not called verified
 * @param warnings what the operator should know
 * @param replaced what of the targets went, by name: under which name it is kept, or nothing
 */
record Findings(Problems problems, List<String> warnings, Map<String, String> replaced) {
    Findings() {
        this(new Problems(), new ArrayList<>(), new TreeMap<>());
    }
}
