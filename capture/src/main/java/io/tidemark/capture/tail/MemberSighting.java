package io.tidemark.capture.tail;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A member as it shows itself now.
 *
 * @param lastWriteMillis wall clock of its last write: how far it is behind the others
 */
public record MemberSighting(OplogMember member, Map<String, String> tags, long lastWriteMillis) {
    public MemberSighting {
        tags = Map.copyOf(tags);
    }

    /**
     * The members to read from, best first: fresh before stale, with the wanted tags before others,
     * then hidden before secondary before primary.
     */
    public static List<OplogMember> byPreference(
            List<MemberSighting> sightings, ReadPreferences preferences) {
        long newest = sightings.stream().mapToLong(MemberSighting::lastWriteMillis).max().orElse(0);
        long oldestFresh = newest - preferences.maxStaleness().toMillis();
        return sightings.stream()
                .filter(
                        s ->
                                preferences.primaryAllowed()
                                        || s.member().role() != MemberRole.PRIMARY)
                .sorted(
                        Comparator.comparing(
                                        (MemberSighting s) -> s.lastWriteMillis() < oldestFresh)
                                .thenComparing(s -> !s.hasTags(preferences.tags()))
                                .thenComparing(s -> s.member().role()))
                .map(MemberSighting::member)
                .toList();
    }

    private boolean hasTags(Map<String, String> wanted) {
        return tags.entrySet().containsAll(wanted.entrySet());
    }
}
