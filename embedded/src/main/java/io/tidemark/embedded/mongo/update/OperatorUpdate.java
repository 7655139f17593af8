package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.FieldPath;
import io.tidemark.embedded.mongo.query.Filter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Operators on paths, worked off in the order of the paths. */
record OperatorUpdate(List<Step> steps, Map<String, Filter> arrayFilters, LogFormat format)
        implements Update {
    sealed interface Step {}

    record Modify(FieldPath path, Modifier modifier, boolean onlyOnInsert) implements Step {}

    record Rename(FieldPath from, FieldPath to) implements Step {}

    OperatorUpdate {
        steps = List.copyOf(steps);
        arrayFilters = Map.copyOf(arrayFilters);
    }

    @Override
    public UpdateResult apply(BsonDocument pre, UpdateContext context) {
        BsonDocument post = Copies.of(pre);
        UpdateLog log = format == LogFormat.DIFF ? new DiffLog() : new ModifierLog();
        PathWalk walk = new PathWalk(post, context, arrayFilters, log);
        for (Step step : steps) {
            if (step instanceof Modify modify) {
                if (!modify.onlyOnInsert() || context.inserting()) {
                    walk.apply(modify.path(), modify.modifier());
                }
            } else if (step instanceof Rename rename) {
                rename(post, rename, walk);
            }
        }
        requireSameId(pre.get("_id"), post.get("_id"), context);
        Optional<BsonDocument> entry =
                log.isEmpty() ? Optional.empty() : Optional.of(Copies.of(log.entry()));
        return new UpdateResult(Copies.idFirst(post), entry);
    }

    private static void rename(BsonDocument post, Rename rename, PathWalk walk) {
        BsonValue moved = source(post, rename.from());
        if (moved != null) {
            requireNoArray(post, rename.to());
            walk.apply(rename.to(), Modifiers.set(Copies.of(moved)));
            walk.apply(rename.from(), Modifiers.of("$unset", moved));
        }
    }

    /** What is to be moved, or null; an array on the way is refused only if something is there. */
    private static BsonValue source(BsonDocument post, FieldPath from) {
        BsonValue here = post;
        boolean inArray = false;
        for (String part : from.parts()) {
            OptionalInt index = here.isArray() ? FieldPath.arrayIndex(part) : OptionalInt.empty();
            if (here.isDocument()) {
                here = here.asDocument().get(part);
            } else if (index.isPresent()) {
                List<BsonValue> elements = here.asArray().getValues();
                here = index.getAsInt() < elements.size() ? elements.get(index.getAsInt()) : null;
                inArray = true;
            } else {
                throw ServerError.pathNotViable(
                        "Cannot use the part ("
                                + part
                                + ") of ("
                                + from.dotted()
                                + ") to traverse the element "
                                + here);
            }
            if (here == null) {
                return null;
            }
        }
        if (inArray) {
            throw ServerError.badValue(
                    "The source field of $rename may not be in an array: " + from.dotted());
        }
        return here;
    }

    private static void requireNoArray(BsonDocument post, FieldPath to) {
        BsonValue here = post;
        for (String part : to.parts()) {
            if (here != null && here.isArray()) {
                throw ServerError.badValue(
                        "The destination field of $rename may not be in an array: " + to.dotted());
            }
            here = here != null && here.isDocument() ? here.asDocument().get(part) : null;
        }
    }

    private static void requireSameId(BsonValue before, BsonValue after, UpdateContext context) {
        boolean fresh = context.inserting() && before == null;
        if (!fresh
                && before != null
                && (after == null || BsonOrder.SIMPLE.compare(before, after) != 0)) {
            throw ServerError.immutableField(
                    "Performing an update on the path '_id' would modify the immutable field"
                            + " '_id'");
        }
    }
}
