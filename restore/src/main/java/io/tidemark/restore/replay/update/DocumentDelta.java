package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The delta of a document ({@code {d?, u?, i?, b?, s<field>*}}), applied as the server's own
 * applier does. As there, the sections are checked at once and their content when it is applied: a
 * delta for an absent field may hold faults inside.
 */
final class DocumentDelta implements Delta {
    private static final String SECTIONS = "duibs";
    private static final int EMBEDDED = SECTIONS.indexOf('s');
    private static final int DUPLICATE_FIELD = 4_728_000;
    private static final int EMPTY = 4_770_500;
    private static final int UNEXPECTED_SECTION = 4_770_503;
    private static final int NOT_AN_OBJECT = 4_770_507;

    private final RawDocument sections;
    private final Map<String, Change.Embedded> embedded = new HashMap<>();
    private final Map<String, Change> changes = new HashMap<>();
    private final List<Map.Entry<String, RawElement>> updates = new ArrayList<>();
    private final List<Map.Entry<String, RawElement>> inserts = new ArrayList<>();

    /**
     * @throws InvalidUpdateException if the grammar is broken: empty, unknown or misplaced section,
     *     field named twice
     */
    DocumentDelta(RawDocument delta) {
        if (delta.isEmpty()) {
            throw new InvalidUpdateException(EMPTY, "Expected diff to be non-empty");
        }
        sections = delta;
        int reached = -1;
        for (RawElement section : delta) {
            String name = FieldName.of(section);
            int rank = rank(name);
            boolean inOrder = rank > reached || rank == EMBEDDED && rank == reached;
            if (rank < 0 || !inOrder) {
                throw new InvalidUpdateException(
                        UNEXPECTED_SECTION,
                        "Unexpected section: " + section.name() + " in document diff");
            }
            reached = rank;
            requireObject(name, section);
        }
    }

    private void readSections() {
        if (changes.isEmpty()) {
            // Embedded deltas are looked at first, then names that occur twice, as by the server.
            for (RawElement section : sections) {
                String name = FieldName.of(section);
                if (rank(name) == EMBEDDED) {
                    RawDocument content = section.document().orElseThrow();
                    embedded.put(name.substring(1), Change.Embedded.of(content));
                }
            }
            sections.forEach(section -> read(FieldName.of(section), section));
        }
    }

    @Override
    public void apply(RawDocument before, RawDocumentBuilder after) {
        readSections();
        Set<String> seen = new HashSet<>();
        for (RawElement field : before) {
            String name = FieldName.of(field);
            Change change = changes.get(name);
            if (change == null) {
                after.append(field);
            } else {
                seen.add(name);
                applyInPlace(change, field, after);
            }
        }
        for (Map.Entry<String, RawElement> update : updates) {
            if (!seen.contains(update.getKey())) {
                after.append(update.getValue());
            }
        }
        inserts.forEach(insert -> after.append(insert.getValue()));
    }

    private static void applyInPlace(Change change, RawElement field, RawDocumentBuilder after) {
        if (change instanceof Change.Update update) {
            after.append(update.value());
        } else if (change instanceof Change.Embedded nested) {
            nested.apply(field.nameBytes(), Optional.of(field), after);
        } else if (change instanceof Change.Column column) {
            ColumnEdit.apply(column.edit(), field, after);
        }
        // Deleted here, and so is an inserted field: it comes at the end.
    }

    private static int rank(String section) {
        // By the first letter alone, as the server looks at it.
        return section.isEmpty() ? -1 : SECTIONS.indexOf(section.charAt(0));
    }

    private void read(String section, RawElement element) {
        RawDocument content = element.document().orElseThrow();
        switch (section.charAt(0)) {
            case 'd' -> content.forEach(field -> put(FieldName.of(field), new Change.Delete()));
            case 'u' -> {
                content.forEach(field -> put(FieldName.of(field), new Change.Update(field)));
                content.forEach(field -> updates.add(Map.entry(FieldName.of(field), field)));
            }
            case 'i' -> {
                content.forEach(field -> put(FieldName.of(field), new Change.Insert(field)));
                content.forEach(field -> inserts.add(Map.entry(FieldName.of(field), field)));
            }
            case 'b' -> content.forEach(this::readColumn);
            default -> put(section.substring(1), embedded.get(section.substring(1)));
        }
    }

    private void readColumn(RawElement field) {
        put(FieldName.of(field), new Change.Column(requireObject("b", field)));
    }

    private void put(String name, Change change) {
        if (changes.put(name, change) != null) {
            throw new InvalidUpdateException(
                    DUPLICATE_FIELD, "duplicate field name in diff: " + name);
        }
    }

    static RawDocument requireObject(String section, RawElement element) {
        if (!element.isDocument()) {
            throw new InvalidUpdateException(
                    NOT_AN_OBJECT, "Expected " + section + " section to be type object");
        }
        return element.document().orElseThrow();
    }
}
