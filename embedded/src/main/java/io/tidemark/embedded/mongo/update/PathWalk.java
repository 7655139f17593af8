package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import io.tidemark.embedded.mongo.query.FieldPath;
import io.tidemark.embedded.mongo.query.Filter;
import io.tidemark.embedded.mongo.update.UpdateLog.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;

/**
 * Leads one operator after another along its path through a document, changes it and tells the log.
 */
final class PathWalk {
    /** The server refuses to pad an array by more nulls than this. */
    private static final int MAX_PADDING = 1_500_000;

    private final BsonDocument root;
    private final UpdateContext context;
    private final Map<String, Filter> arrayFilters;
    private final UpdateLog log;

    PathWalk(
            BsonDocument root,
            UpdateContext context,
            Map<String, Filter> arrayFilters,
            UpdateLog log) {
        this.root = root;
        this.context = context;
        this.arrayFilters = arrayFilters;
        this.log = log;
    }

    void apply(FieldPath path, Modifier modifier) {
        step(root, path.parts(), List.of(), modifier, log);
    }

    /**
     * Works on the part of the path that follows {@code taken}; returns whether anything changed.
     */
    private boolean step(
            BsonValue container,
            List<String> parts,
            List<Taken> taken,
            Modifier modifier,
            UpdateLog into) {
        String part = parts.get(taken.size());
        if (part.startsWith("$[") && part.endsWith("]")) {
            return everyElement(container, parts, taken, modifier, into);
        }
        if (part.equals("$")) {
            part =
                    Integer.toString(
                            context.arrayIndex()
                                    .orElseThrow(
                                            () ->
                                                    ServerError.badValue(
                                                            "The positional operator did not find"
                                                                    + " the match needed from the"
                                                                    + " query.")));
        }
        if (container.isDocument()) {
            return inDocument(
                    container.asDocument(), with(taken, part, false), parts, modifier, into);
        }
        if (container.isArray()) {
            return inArray(container.asArray(), with(taken, part, true), parts, modifier, into);
        }
        if (modifier.toleratesScalars()) {
            return false;
        }
        throw ServerError.pathNotViable(
                "Cannot create field '"
                        + part
                        + "' in element {"
                        + (taken.isEmpty() ? "" : taken.get(taken.size() - 1).name())
                        + ": "
                        + container
                        + "}");
    }

    private static List<Taken> with(List<Taken> taken, String name, boolean inArray) {
        List<Taken> longer = new ArrayList<>(taken);
        longer.add(new Taken(name, inArray));
        return longer;
    }

    private boolean inDocument(
            BsonDocument document,
            List<Taken> taken,
            List<String> parts,
            Modifier modifier,
            UpdateLog into) {
        String name = taken.get(taken.size() - 1).name();
        BsonValue child = document.get(name);
        if (child == null) {
            return create(value -> document.put(name, value), taken, parts, modifier, into);
        }
        if (taken.size() < parts.size()) {
            return step(child, parts, taken, modifier, into);
        }
        Modifier.Change change = modifier.change(child, context);
        if (change instanceof Modifier.Remove) {
            document.remove(name);
            into.deleted(taken);
            return true;
        }
        return replace(change, value -> document.put(name, value), child, taken, into);
    }

    private boolean inArray(
            BsonArray array,
            List<Taken> taken,
            List<String> parts,
            Modifier modifier,
            UpdateLog into) {
        String name = taken.get(taken.size() - 1).name();
        OptionalInt position = FieldPath.arrayIndex(name);
        if (position.isEmpty()) {
            if (modifier.toleratesScalars()) {
                return false;
            }
            throw ServerError.pathNotViable(
                    "Cannot create field '" + name + "' in element {: " + array + "}");
        }
        int index = position.getAsInt();
        if (index >= array.size()) {
            return create(value -> pad(array, index, value), taken, parts, modifier, into);
        }
        BsonValue child = array.get(index);
        if (taken.size() < parts.size()) {
            return step(child, parts, taken, modifier, into);
        }
        Modifier.Change change = modifier.change(child, context);
        if (change instanceof Modifier.Remove) {
            // An element can't be taken out by $unset: its place stays, as null.
            array.set(index, BsonNull.VALUE);
            into.deleted(taken);
            return true;
        }
        return replace(change, value -> array.set(index, value), child, taken, into);
    }

    private static void pad(BsonArray array, int index, BsonValue value) {
        if (index - array.size() > MAX_PADDING) {
            throw new ServerError(
                    2, "BadValue", "can't backfill more than " + MAX_PADDING + " elements");
        }
        while (array.size() < index) {
            array.add(BsonNull.VALUE);
        }
        array.add(value);
    }

    private boolean replace(
            Modifier.Change change,
            java.util.function.Consumer<BsonValue> put,
            BsonValue old,
            List<Taken> taken,
            UpdateLog into) {
        if (change instanceof Modifier.Set set) {
            put.accept(set.value());
            into.updated(taken, set.value());
            return true;
        }
        if (change instanceof Modifier.Append append) {
            BsonArray array = old.asArray();
            for (BsonValue value : append.values()) {
                into.created(
                        with(taken, Integer.toString(array.size()), true), taken.size(), value);
                array.add(value);
            }
            return true;
        }
        return false;
    }

    private boolean create(
            java.util.function.Consumer<BsonValue> put,
            List<Taken> taken,
            List<String> parts,
            Modifier modifier,
            UpdateLog into) {
        if (!modifier.creates()) {
            return false;
        }
        List<String> rest = parts.subList(taken.size(), parts.size());
        for (String part : rest) {
            if (part.startsWith("$")) {
                throw ServerError.badValue(
                        "The path '"
                                + String.join(".", parts)
                                + "' must exist in the document in order to apply array updates.");
            }
        }
        if (!(modifier.change(null, context) instanceof Modifier.Set set)) {
            return false;
        }
        put.accept(nested(rest, set.value()));
        List<Taken> whole = new ArrayList<>(taken);
        rest.forEach(part -> whole.add(new Taken(part, false)));
        into.created(whole, taken.size() - 1, set.value());
        return true;
    }

    private static BsonValue nested(List<String> names, BsonValue value) {
        BsonValue result = value;
        for (int i = names.size() - 1; i >= 0; i--) {
            result = new BsonDocument(names.get(i), result);
        }
        return result;
    }

    /** One matching element is logged by itself; several are logged as the whole array. */
    private boolean everyElement(
            BsonValue container,
            List<String> parts,
            List<Taken> taken,
            Modifier modifier,
            UpdateLog into) {
        if (!container.isArray()) {
            throw ServerError.badValue(
                    "Cannot apply array updates to non-array element " + container);
        }
        BsonArray array = container.asArray();
        List<Integer> chosen = chosen(array, parts.get(taken.size()));
        UpdateLog elementLog = chosen.size() == 1 ? into : new DiffLog();
        boolean changed = false;
        for (int index : chosen) {
            List<String> concrete = new ArrayList<>(parts);
            concrete.set(taken.size(), Integer.toString(index));
            changed |= step(array, concrete, taken, modifier, elementLog);
        }
        if (changed && chosen.size() > 1) {
            into.updated(taken, array);
        }
        return changed;
    }

    private List<Integer> chosen(BsonArray array, String part) {
        String name = part.substring(2, part.length() - 1);
        if (!name.isEmpty() && !arrayFilters.containsKey(name)) {
            throw ServerError.badValue("No array filter found for identifier '" + name + "'");
        }
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (name.isEmpty()
                    || arrayFilters.get(name).matches(new BsonDocument(name, array.get(i)))) {
                chosen.add(i);
            }
        }
        return chosen;
    }
}
