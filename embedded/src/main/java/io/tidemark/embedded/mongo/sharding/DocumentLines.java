package io.tidemark.embedded.mongo.sharding;

import io.tidemark.embedded.mongo.query.BsonKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;

/**
 * The lives of a collection's documents. Documents of one {@code _id} may live on several shards at
 * once under different shard keys, so a write continues the line whose last state is the one it
 * found.
 */
final class DocumentLines {
    private record State(String shard, BsonTimestamp at, BsonTimestamp applied, byte[] document) {}

    private final Map<BsonKey, List<List<State>>> lines = new HashMap<>();

    void wrote(String shard, byte[] before, byte[] after, BsonTimestamp at, BsonTimestamp applied) {
        BsonKey id = new BsonKey(new RawBsonDocument(after != null ? after : before).get("_id"));
        List<List<State>> sameId = lines.computeIfAbsent(id, ignored -> new ArrayList<>(1));
        lineEndingIn(sameId, before, at, shard).add(new State(shard, at, applied, after));
    }

    private static List<State> lineEndingIn(
            List<List<State>> sameId, byte[] before, BsonTimestamp at, String shard) {
        for (List<State> line : sameId) {
            State last = line.get(line.size() - 1);
            boolean continues =
                    before == null
                            ? last.document() == null && last.at().compareTo(at) < 0
                            : Arrays.equals(last.document(), before);
            if (continues) {
                return line;
            }
        }
        if (before != null) {
            throw new IllegalStateException(
                    "A write on "
                            + shard
                            + " at "
                            + at
                            + " found "
                            + new RawBsonDocument(before)
                            + ", which no user's write has left there");
        }
        List<State> fresh = new ArrayList<>(2);
        sameId.add(fresh);
        return fresh;
    }

    void rollBack(String shard, BsonTimestamp position) {
        lines.values()
                .removeIf(
                        sameId -> {
                            sameId.removeIf(
                                    line -> {
                                        line.removeIf(
                                                state ->
                                                        state.shard().equals(shard)
                                                                && state.applied()
                                                                                .compareTo(position)
                                                                        > 0);
                                        return line.isEmpty();
                                    });
                            return sameId.isEmpty();
                        });
    }

    List<RawBsonDocument> at(BsonTimestamp time) {
        List<RawBsonDocument> found = new ArrayList<>();
        for (List<List<State>> sameId : lines.values()) {
            for (List<State> line : sameId) {
                byte[] document = null;
                for (State state : line) {
                    if (state.at().compareTo(time) > 0) {
                        break;
                    }
                    document = state.document();
                }
                if (document != null) {
                    found.add(new RawBsonDocument(document));
                }
            }
        }
        return found;
    }
}
