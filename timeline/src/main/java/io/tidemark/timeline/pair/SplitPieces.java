package io.tidemark.timeline.pair;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.tag.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ranges that a split or a merge line names: the range before, then the pieces. */
final class SplitPieces {
    private SplitPieces() {}

    static List<ChunkRange> of(Fact.LogLine line) {
        RawDocument details = line.details();
        List<ChunkRange> ranges = new ArrayList<>();
        switch (line.what()) {
            case "split" -> {
                add(ranges, details.document("before"));
                add(ranges, details.document("left"));
                add(ranges, details.document("right"));
            }
            case "multi-split" -> {
                add(ranges, details.document("before"));
                add(ranges, details.document("chunk"));
            }
            case "merge", "autoMerge" -> {
                ChunkRange.of(details).ifPresent(ranges::add);
                for (RawElement merged : merged(details)) {
                    add(ranges, merged.document());
                }
            }
            default -> {
                // No other line is about chunks that stay where they are.
            }
        }
        return ranges;
    }

    private static Iterable<RawElement> merged(RawDocument details) {
        Optional<RawDocument> list = details.document("merged");
        return list.isPresent() ? list.get() : List.of();
    }

    private static void add(List<ChunkRange> ranges, Optional<RawDocument> holder) {
        holder.flatMap(ChunkRange::of).ifPresent(ranges::add);
    }
}
