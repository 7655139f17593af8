package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.BsonOrder;
import io.tidemark.embedded.mongo.query.FieldPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/**
 * An update by aggregation stages: {@code $set}/{@code $addFields}, {@code $unset}/{@code $project}
 * of names, {@code $replaceWith}/{@code $replaceRoot}. Logged as a diff where that is smaller, else
 * as the whole document; in the older format always as the whole document.
 */
record PipelineUpdate(List<Stage> stages, LogFormat format) implements Update {
    /** One stage; returns the document after it and may change the one given. */
    interface Stage {
        BsonDocument apply(BsonDocument document);
    }

    PipelineUpdate {
        stages = List.copyOf(stages);
    }

    static PipelineUpdate parse(BsonArray pipeline, LogFormat format) {
        List<Stage> stages = new ArrayList<>();
        for (BsonValue stage : pipeline) {
            if (!stage.isDocument() || stage.asDocument().size() != 1) {
                throw ServerError.location(
                        40323,
                        "A pipeline stage specification object must contain exactly one field.");
            }
            Map.Entry<String, BsonValue> only = stage.asDocument().entrySet().iterator().next();
            stages.add(stage(only.getKey(), only.getValue()));
        }
        return new PipelineUpdate(stages, format);
    }

    private static Stage stage(String name, BsonValue argument) {
        return switch (name) {
            case "$set", "$addFields" -> set(argument.asDocument());
            case "$unset" -> unset(argument);
            case "$replaceWith" -> replaceWith(argument);
            case "$replaceRoot" -> replaceWith(argument.asDocument().get("newRoot"));
            default ->
                    throw ServerError.invalidOptions(
                            name + " is not allowed to be used within an update");
        };
    }

    private static Stage set(BsonDocument fields) {
        return document -> {
            BsonDocument root = Copies.of(document);
            fields.forEach(
                    (name, expression) -> {
                        BsonValue value = Expression.evaluate(expression, root);
                        put(document, FieldPath.strict(name).parts(), value);
                    });
            return document;
        };
    }

    /**
     * A missing value takes the field away; scalars on the way become documents; arrays get it in
     * each element.
     */
    private static void put(BsonDocument document, List<String> parts, BsonValue value) {
        String name = parts.get(0);
        if (parts.size() == 1) {
            if (value == null) {
                document.remove(name);
            } else {
                document.put(name, Copies.of(value));
            }
            return;
        }
        document.put(name, inner(document.get(name), parts.subList(1, parts.size()), value));
    }

    private static BsonValue inner(BsonValue old, List<String> rest, BsonValue value) {
        if (old != null && old.isArray()) {
            BsonArray elements = new BsonArray();
            old.asArray().forEach(element -> elements.add(inner(element, rest, value)));
            return elements;
        }
        BsonDocument child =
                old != null && old.isDocument() ? old.asDocument() : new BsonDocument();
        put(child, rest, value);
        return child;
    }

    private static Stage unset(BsonValue names) {
        List<BsonValue> all = names.isArray() ? names.asArray().getValues() : List.of(names);
        List<FieldPath> paths = new ArrayList<>();
        all.forEach(name -> paths.add(FieldPath.strict(name.asString().getValue())));
        return document -> {
            paths.forEach(path -> remove(document, path.parts()));
            return document;
        };
    }

    private static void remove(BsonValue from, List<String> parts) {
        if (from.isArray()) {
            from.asArray().forEach(element -> remove(element, parts));
        } else if (from.isDocument() && parts.size() == 1) {
            from.asDocument().remove(parts.get(0));
        } else if (from.isDocument() && from.asDocument().containsKey(parts.get(0))) {
            remove(from.asDocument().get(parts.get(0)), parts.subList(1, parts.size()));
        }
    }

    private static Stage replaceWith(BsonValue expression) {
        return document -> {
            BsonValue value = Expression.evaluate(expression, document);
            if (value == null || !value.isDocument()) {
                throw ServerError.location(
                        40228,
                        "'newRoot' expression must evaluate to an object, but resulting value was: "
                                + value);
            }
            return Copies.of(value.asDocument());
        };
    }

    @Override
    public UpdateResult apply(BsonDocument pre, UpdateContext context) {
        BsonDocument document = Copies.of(pre);
        for (Stage stage : stages) {
            document = stage.apply(document);
        }
        BsonDocument post = document;
        BsonValue id = pre.get("_id");
        if (id != null) {
            if (post.containsKey("_id") && BsonOrder.SIMPLE.compare(id, post.get("_id")) != 0) {
                throw ServerError.immutableField(
                        "Performing an update on the path '_id' would modify the immutable"
                                + " field '_id'");
            }
            post = new BsonDocument("_id", id);
            document.forEach(post::putIfAbsent);
        }
        boolean same = !context.inserting() && BsonOrder.identical(pre, post);
        return new UpdateResult(post, same ? Optional.empty() : Optional.of(log(pre, post)));
    }

    private BsonDocument log(BsonDocument pre, BsonDocument post) {
        Optional<BsonDocument> diff =
                format == LogFormat.DIFF ? DocumentDiff.smaller(pre, post) : Optional.empty();
        return diff.map(smaller -> new BsonDocument("$v", new BsonInt32(2)).append("diff", smaller))
                .orElseGet(() -> Copies.of(post));
    }
}
