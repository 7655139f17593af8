package io.tidemark.restore.guard;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Namespace;
import java.util.List;

/**
 * What a restore would find in one target.
 *
 * @param place what would come there: {@code replica set rs0}, {@code all replica sets}
 * @param facts what it says of itself
 * @param needs of all that would come
 * @param inTheWay collections that would have to go
 * @param kept how that is kept, where each replica set has its own target and it is to be kept
 * @param reasons against it; empty if it may be restored into
 */
public record TargetOutlook(
        String place,
        TargetFacts facts,
        List<SourceNeeds> needs,
        List<Namespace> inTheWay,
        KeptPrevious kept,
        List<String> reasons) {
    public TargetOutlook {
        needs = List.copyOf(needs);
        inTheWay = List.copyOf(inTheWay);
        reasons = List.copyOf(reasons);
    }

    /** Of the volume, at the least. */
    public long leastBytes() {
        return needs.stream().mapToLong(SourceNeeds::leastBytes).sum() + kept.bytes();
    }

    /**
     * @throws RestoreException.TargetRefused with every reason of every target at once
     */
    public static void require(List<TargetOutlook> outlooks) {
        List<String> refusals =
                outlooks.stream()
                        .filter(outlook -> !outlook.reasons().isEmpty())
                        .map(TargetOutlook::refusal)
                        .toList();
        if (!refusals.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    String.join(". ", refusals) + ". Nothing was written.");
        }
    }

    private String refusal() {
        return "Target "
                + facts.address()
                + " is refused for "
                + place
                + ": "
                + String.join("; ", reasons);
    }
}
