package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.query.SortOrder;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/**
 * A filter with the order and number of its results. The filter is compiled when it is first
 * needed: a condition on {@code _id} alone is answered by the key.
 */
final class Query {
    private final BsonDocument source;
    private final IdRange range;
    private final BsonDocument sort;
    private final int skip;
    private final int limit;
    private final boolean idOnly;
    private final boolean all;
    private Filter filter;

    private Query(BsonDocument source, BsonDocument sort, int skip, int limit) {
        this.source = source;
        this.range = IdRange.of(source);
        this.sort = sort;
        this.skip = skip;
        this.limit = limit;
        this.all = source.isEmpty();
        this.idOnly = range.points().isPresent() && source.size() == 1;
        if (!idOnly) {
            filter = Filter.compile(source);
        }
    }

    static Query of(BsonDocument filter) {
        return new Query(filter, new BsonDocument(), 0, 0);
    }

    /**
     * @param sort empty for the order of the collection
     * @param limit 0 for all
     */
    static Query of(BsonDocument filter, BsonDocument sort, int skip, int limit) {
        return new Query(filter, sort, skip, limit);
    }

    Filter filter() {
        if (filter == null) {
            filter = Filter.compile(source);
        }
        return filter;
    }

    IdRange range() {
        return range;
    }

    boolean matches(byte[] document) {
        if (idOnly) {
            return range.points().get().contains(IdKey.ofDocument(document));
        }
        return all || filter.matches(BsonBytes.document(document));
    }

    /** The documents found, in order. */
    List<byte[]> find(DocumentSource documents) {
        boolean sorted = !sort.isEmpty() && !isIdOrder() && !isNatural();
        boolean backwards = !sorted && !sort.isEmpty() && !ascending();
        int wanted = limit == 0 ? Integer.MAX_VALUE : limit + skip;
        List<byte[]> found = new ArrayList<>();
        visit(
                documents,
                document -> {
                    // What was looked up by its key need not be looked for among all keys again.
                    if (idOnly || matches(document)) {
                        found.add(document);
                    }
                    return sorted || backwards || found.size() < wanted;
                });
        List<byte[]> ordered = found;
        if (sorted) {
            ordered = sort(found);
        } else if (isIdOrder()) {
            found.sort((a, b) -> IdKey.ofDocument(a).compareTo(IdKey.ofDocument(b)));
        }
        if (backwards) {
            Collections.reverse(ordered);
        }
        int from = Math.min(skip, ordered.size());
        return ordered.subList(from, Math.min(ordered.size(), from + (wanted - skip)));
    }

    private List<byte[]> sort(List<byte[]> found) {
        SortOrder order = SortOrder.of(sort);
        List<RawBsonDocument> decoded = new ArrayList<>(found.size());
        found.forEach(document -> decoded.add(BsonBytes.document(document)));
        decoded.sort(order);
        List<byte[]> sorted = new ArrayList<>(found.size());
        decoded.forEach(document -> sorted.add(BsonBytes.of(document)));
        return sorted;
    }

    private void visit(DocumentSource documents, Predicate<byte[]> visitor) {
        if (range.points().isEmpty()) {
            documents.scan(range, visitor);
            return;
        }
        for (IdKey key : range.points().get()) {
            byte[] document = documents.get(key);
            if (document != null && !visitor.test(document)) {
                return;
            }
        }
    }

    private boolean isIdOrder() {
        return sort.size() == 1 && sort.containsKey("_id");
    }

    private boolean isNatural() {
        return sort.size() == 1 && sort.containsKey("$natural");
    }

    private boolean ascending() {
        return sort.get(sort.getFirstKey()).asNumber().intValue() > 0;
    }
}
