package io.tidemark.embedded.mongo.query;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A compiled filter document (MongoDB manual, "Query and Projection Operators"). Compiling refuses
 * what the server refuses; an unknown operator is {@code BadValue}.
 */
public final class Filter {
    private final BsonDocument source;
    private final Predicate root;

    private Filter(BsonDocument source, Predicate root) {
        this.source = source;
        this.root = root;
    }

    public static Filter compile(BsonDocument filter) {
        return new Filter(filter, FilterParser.parse(filter));
    }

    /**
     * A filter on single values, as {@code $pull} and array filters use it: {@code {$gt: 5}} or a
     * literal.
     */
    static Filter onValue(String name, BsonValue condition) {
        return compile(new BsonDocument(name, condition));
    }

    public boolean matches(BsonDocument document) {
        return match(document).isPresent();
    }

    /** The match and the array position that {@code $} stands for in an update, or nothing. */
    public Optional<Match> match(BsonDocument document) {
        Position position = new Position();
        return root.test(document, position)
                ? Optional.of(new Match(position.index))
                : Optional.empty();
    }

    public BsonDocument source() {
        return source;
    }

    /**
     * Fields that must equal a value for a document to match: what shard targeting and upserts
     * start from.
     */
    public BsonDocument equalities() {
        BsonDocument found = new BsonDocument();
        FilterEqualities.collect(source, found);
        return found;
    }

    @Override
    public String toString() {
        return source.toString();
    }

    /**
     * @param arrayIndex the matching element of the outermost array looked into, if the filter
     *     looked into one
     */
    public record Match(OptionalInt arrayIndex) {}

    /** Where the last array condition was met; one per evaluation. */
    static final class Position {
        OptionalInt index = OptionalInt.empty();
    }

    /** A node of the compiled tree. */
    interface Predicate {
        boolean test(BsonDocument document, Position position);

        static Predicate all(List<Predicate> parts) {
            return (document, position) ->
                    parts.stream().allMatch(part -> part.test(document, position));
        }

        static Predicate any(List<Predicate> parts) {
            return (document, position) ->
                    parts.stream().anyMatch(part -> part.test(document, position));
        }

        /** What a negation looked at must not set the position. */
        default Predicate negated() {
            return (document, position) -> !test(document, new Position());
        }
    }
}
