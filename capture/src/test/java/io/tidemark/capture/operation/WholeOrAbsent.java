package io.tidemark.capture.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whatever manifest the bucket has, all that it names is there, and made by one writer. */
final class WholeOrAbsent {
    private WholeOrAbsent() {}

    static List<String> breaches(Map<String, String> bucket) {
        List<String> breaches = new ArrayList<>();
        bucket.forEach(
                (key, content) -> {
                    if (key.startsWith("manifest/")) {
                        for (String named : content.split(",")) {
                            if (!bucket.containsKey(named)) {
                                breaches.add(key + " names " + named + ", which is not there");
                            }
                        }
                    }
                });
        return breaches;
    }
}
