package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.CFG;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.timeline.chunk.ChunkOwnership;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkOwnershipTest {
    private final Entries entries =
            new Entries()
                    .log(10, "shardCollection.start", "a.b", "{primary:'s0:rs0/h:1'}")
                    .log(11, "shardCollection.end", "a.b", "{numChunks:1}");

    @Test
    void aSplitKeepsTheOwnerAndAMoveChangesIt() {
        entries
                .log(
                        20,
                        "split",
                        "a.b",
                        "{before:{min:{x:{$minKey:1}}, max:{x:{$maxKey:1}}},"
                                + " left:{min:{x:{$minKey:1}}, max:{x:5}},"
                                + " right:{min:{x:5}, max:{x:{$maxKey:1}}}}")
                .log(30, "moveChunk.start", "a.b", move("5", "{$maxKey:1}")).log(
                31, "moveChunk.from", "a.b", move("5", "{$maxKey:1}"));

        assertThat(owners("a.b")).containsExactly("s0", "s1");
    }

    @Test
    void anAbortedMoveChangesNothing() {
        entries.log(30, "moveChunk.start", "a.b", move("{$minKey:1}", "{$maxKey:1}"))
                .log(31, "moveChunk.error", "a.b", move("{$minKey:1}", "{$maxKey:1}"))
                .log(
                        32,
                        "moveChunk.from",
                        "a.b",
                        "{min:{x:{$minKey:1}}, max:{x:{$maxKey:1}},"
                                + " from:'s0', to:'s1', note:'aborted'}")
                .log(40, "split", "a.b", "{before:{min:{x:1}, max:{x:9}}}");

        assertThat(owners("a.b")).containsOnly("s0");
    }

    @Test
    void aRangeMovedOutOfAChunkLeavesTheRestWithTheDonor() {
        entries.log(30, "moveChunk.start", "a.b", move("5", "7")).log(
                31, "moveChunk.from", "a.b", move("5", "7"));

        assertThat(owners("a.b")).containsExactly("s0", "s1", "s0");
    }

    @Test
    void aMergeJoinsItsChunks() {
        entries
                .log(
                        20,
                        "split",
                        "a.b",
                        "{before:{min:{x:{$minKey:1}}, max:{x:{$maxKey:1}}},"
                                + " left:{min:{x:{$minKey:1}}, max:{x:5}},"
                                + " right:{min:{x:5}, max:{x:{$maxKey:1}}}}")
                .log(30, "merge", "a.b", "{min:{x:{$minKey:1}}, max:{x:{$maxKey:1}}, numChunks:2}");

        assertThat(owners("a.b")).containsExactly("s0");
    }

    @Test
    void aRefinedKeyMakesEveryBoundLonger() {
        entries
                .log(
                        20,
                        "split",
                        "a.b",
                        "{before:{min:{x:{$minKey:1}}, max:{x:{$maxKey:1}}},"
                                + " left:{min:{x:{$minKey:1}}, max:{x:5}},"
                                + " right:{min:{x:5}, max:{x:{$maxKey:1}}}}")
                .log(30, "moveChunk.start", "a.b", refined()).log(
                31, "moveChunk.from", "a.b", refined());

        assertThat(owners("a.b")).containsExactly("s0", "s1");
    }

    private static String refined() {
        return "{min:{x:5, y:{$minKey:1}}, max:{x:{$maxKey:1}, y:{$maxKey:1}}, from:'s0',"
                + " to:'s1', note:'success'}";
    }

    @Test
    void aRenameTakesTheChunksAlongAndADropEndsThem() {
        entries.log(20, "split", "a.b", "{before:{min:{x:1}, max:{x:9}}}")
                .log(30, "renameCollection.start", "a.b", "{source:'a.b', destination:'a.c'}").log(
                31, "renameCollection.end", "a.b", "{source:'a.b', destination:'a.c'}");
        assertThat(owners("a.c")).hasSize(3);
        assertThat(owners("a.b")).isEmpty();

        entries.log(40, "dropCollection.start", "a.c", "{}").log(41, "dropCollection", "a.c", "{}");
        assertThat(owners("a.c")).isEmpty();
    }

    private static String move(String min, String max) {
        return "{min:{x:" + min + "}, max:{x:" + max + "}, from:'s0', to:'s1', note:'success'}";
    }

    private List<String> owners(String ns) {
        TimelineFold fold = TimelineFold.of(CFG, List.of());
        entries.all().forEach(at -> fold.accept(at.replicaSet(), at.entry()));
        ChunkOwnership ownership = new ChunkOwnership();
        ownership.applyAll(fold.events());
        return ownership.chunks(ns).stream().map(chunk -> chunk.owner()).toList();
    }
}
