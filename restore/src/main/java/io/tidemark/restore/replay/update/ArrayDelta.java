package io.tidemark.restore.replay.update;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The delta of an array ({@code {a: true, l?, (u<index> | s<index>)*}}). */
final class ArrayDelta implements Delta {
    private static final int INVALID = 4_770_512;
    private static final int TOO_LARGE = 13_548;

    /** A null with an index of seven digits takes 9 bytes: a longer array fits no document. */
    private static final int LONGEST = 2_100_000;

    private record Item(int index, Change change) {}

    private final int newLength;
    private final RawDocument changes;
    private boolean isRead;
    private final List<Item> items = new ArrayList<>();

    /**
     * @throws InvalidUpdateException if the grammar is broken
     */
    ArrayDelta(RawDocument delta) {
        Iterator<RawElement> fields = delta.iterator();
        RawElement array = fields.next();
        if (!array.isNamed("a") || !array.isTrue()) {
            throw new InvalidUpdateException(INVALID, "Expected a: true first in an array diff");
        }
        RawElement second = fields.hasNext() ? fields.next() : null;
        boolean resized = second != null && second.isNamed("l");
        newLength = resized ? requireLength(second) : -1;
        changes = delta;
    }

    private void readItems() {
        for (RawElement field : changes) {
            boolean change = !field.isNamed("a") && !(field.isNamed("l") && newLength >= 0);
            if (change && !isRead) {
                items.add(item(field));
            }
        }
        isRead = true;
    }

    @Override
    public void apply(RawDocument before, RawDocumentBuilder after) {
        readItems();
        Iterator<RawElement> old = before.iterator();
        int next = 0;
        int index = 0;
        while (old.hasNext() && (newLength < 0 || index < newLength)) {
            RawElement element = old.next();
            if (next < items.size() && items.get(next).index() == index) {
                write(items.get(next++).change(), index, element, after);
            } else {
                after.append(name(index), element);
            }
            index++;
        }
        while (index < newLength || next < items.size()) {
            if (next < items.size() && items.get(next).index() == index) {
                write(items.get(next++).change(), index, null, after);
            } else {
                after.appendNull(name(index));
            }
            index++;
        }
    }

    private static void write(Change change, int index, RawElement old, RawDocumentBuilder after) {
        if (change instanceof Change.Update update) {
            after.append(name(index), update.value());
        } else {
            ((Change.Embedded) change).apply(name(index), Optional.ofNullable(old), after);
        }
    }

    private static byte[] name(int index) {
        return FieldName.bytes(Integer.toString(index));
    }

    private Item item(RawElement field) {
        String name = FieldName.of(field);
        OptionalInt index =
                name.isEmpty() ? OptionalInt.empty() : FieldName.index(name.substring(1));
        int last = items.isEmpty() ? -1 : items.get(items.size() - 1).index();
        boolean known = name.startsWith("u") || name.startsWith("s");
        if (index.isEmpty() || !known) {
            throw new InvalidUpdateException(
                    INVALID, "Unexpected field " + field.name() + " in array diff");
        }
        // A server that meets an index out of order pads the array until it is too large.
        requireFits(index.getAsInt() > last ? index.getAsInt() : Integer.MAX_VALUE);
        Change change =
                name.startsWith("u")
                        ? new Change.Update(field)
                        : Change.Embedded.of(DocumentDelta.requireObject("s", field));
        return new Item(index.getAsInt(), change);
    }

    private static int requireLength(RawElement field) {
        boolean valid = field.typeByte() == 0x10 && field.number().orElse(-1) >= 0;
        if (!valid) {
            throw new InvalidUpdateException(INVALID, "Expected l to be an int of 0 or more");
        }
        int length = (int) field.number().orElseThrow();
        requireFits(length);
        return length;
    }

    private static void requireFits(int index) {
        if (index > LONGEST) {
            throw new InvalidUpdateException(
                    TOO_LARGE, "An array of " + index + " elements fits no document");
        }
    }
}
