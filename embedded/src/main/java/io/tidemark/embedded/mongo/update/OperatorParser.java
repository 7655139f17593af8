package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.FieldPath;
import io.tidemark.embedded.mongo.query.Filter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Reads a document of update operators and refuses paths that get into each other's way. */
final class OperatorParser {
    private final LogFormat format;
    private final TreeMap<FieldPath, OperatorUpdate.Step> steps;
    private final TreeMap<FieldPath, FieldPath> claimed;

    private OperatorParser(LogFormat format) {
        this.format = format;
        this.steps = new TreeMap<>(format.pathOrder());
        this.claimed = new TreeMap<>(format.pathOrder());
    }

    static OperatorUpdate parse(
            BsonDocument update, List<BsonDocument> arrayFilters, LogFormat format) {
        OperatorParser parser = new OperatorParser(format);
        update.forEach(parser::operator);
        Map<String, Filter> filters = new HashMap<>();
        for (BsonDocument filter : arrayFilters) {
            filters.put(filterName(filter), Filter.compile(filter));
        }
        return new OperatorUpdate(List.copyOf(parser.steps.values()), filters, format);
    }

    private static String filterName(BsonDocument filter) {
        if (filter.isEmpty()) {
            throw ServerError.failedToParse(
                    "Cannot use an expression without a top-level field name in arrayFilters");
        }
        return FieldPath.of(filter.getFirstKey()).parts().get(0);
    }

    private void operator(String operator, BsonValue argument) {
        if (!operator.startsWith("$")) {
            throw ServerError.failedToParse(
                    "Unknown modifier: "
                            + operator
                            + ". Expected a valid update modifier or pipeline-style update"
                            + " specified as an array");
        }
        if (!argument.isDocument()) {
            throw ServerError.failedToParse(
                    "Modifiers operate on fields but we found type "
                            + argument.getBsonType()
                            + " instead. For example: {$mod: {<field>: ...}} not {"
                            + operator
                            + ": "
                            + argument
                            + "}");
        }
        if (argument.asDocument().isEmpty() && format == LogFormat.MODIFIERS) {
            throw ServerError.failedToParse(
                    "'"
                            + operator
                            + "' is empty. You must specify a field like so: {"
                            + operator
                            + ": {<field>: ...}}");
        }
        for (Map.Entry<String, BsonValue> field : argument.asDocument().entrySet()) {
            FieldPath path = FieldPath.strict(field.getKey());
            if (operator.equals("$rename")) {
                rename(path, field.getValue());
            } else {
                claim(path);
                steps.put(
                        path,
                        new OperatorUpdate.Modify(
                                path,
                                Modifiers.of(operator, field.getValue()),
                                Modifiers.onlyOnInsert(operator)));
            }
        }
    }

    private void rename(FieldPath from, BsonValue target) {
        if (!target.isString()) {
            throw ServerError.badValue(
                    "The 'to' field for $rename must be a string: "
                            + from.dotted()
                            + ": "
                            + target);
        }
        FieldPath to = FieldPath.strict(target.asString().getValue());
        if (from.equals(to)) {
            throw ServerError.badValue(
                    "The source and target field for $rename must differ: " + from.dotted());
        }
        boolean positional = from.parts().stream().anyMatch(part -> part.startsWith("$"));
        if (positional || to.parts().stream().anyMatch(part -> part.startsWith("$"))) {
            throw ServerError.badValue(
                    "The source and destination of $rename may not be dynamic: " + from.dotted());
        }
        int shared = Math.min(from.parts().size(), to.parts().size());
        if (from.parts().subList(0, shared).equals(to.parts().subList(0, shared))) {
            throw ServerError.badValue(
                    "The source and target field for $rename must not be on the same path: "
                            + from.dotted()
                            + ": "
                            + to.dotted());
        }
        claim(from);
        claim(to);
        steps.put(to, new OperatorUpdate.Rename(from, to));
    }

    /** Two paths conflict if they are the same or one leads through the other. */
    private void claim(FieldPath path) {
        for (FieldPath other : claimed.keySet()) {
            int shared = Math.min(other.parts().size(), path.parts().size());
            if (other.parts().subList(0, shared).equals(path.parts().subList(0, shared))) {
                throw ServerError.conflictingUpdate(
                        "Updating the path '"
                                + path.dotted()
                                + "' would create a conflict at '"
                                + String.join(".", path.parts().subList(0, shared))
                                + "'");
            }
        }
        claimed.put(path, path);
    }
}
