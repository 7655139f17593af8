package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.store.IdKey;
import java.util.Arrays;

/**
 * An update statement {@code {q: {_id: x}, u: <replacement>}} read straight from its bytes. It is
 * what restores and loads send by the million.
 *
 * @param idElement the {@code _id} element of the filter as it stands there
 * @param replacement without names or values that need care
 */
record PlainPut(IdKey key, byte[] idElement, byte[] replacement, boolean upsert) {
    /** The statement if it has this simple form, else null. */
    static PlainPut of(byte[] statement) {
        int filter = -1;
        int update = -1;
        boolean upsert = false;
        for (int at = 4; statement[at] != 0; ) {
            int value = BsonBytes.valueOffset(statement, at);
            if (BsonBytes.isNamed(statement, at, value, "q") && statement[at] == 3) {
                filter = value;
            } else if (BsonBytes.isNamed(statement, at, value, "u") && statement[at] == 3) {
                update = value;
            } else if (BsonBytes.isNamed(statement, at, value, "upsert") && statement[at] == 8) {
                upsert = statement[value] == 1;
            } else if (!isFalseMulti(statement, at, value)) {
                return null;
            }
            at = value + BsonBytes.valueLength(statement[at], statement, value);
        }
        return filter < 0 || update < 0 ? null : of(statement, filter, update, upsert);
    }

    private static boolean isFalseMulti(byte[] statement, int at, int value) {
        return BsonBytes.isNamed(statement, at, value, "multi")
                && statement[at] == 8
                && statement[value] == 0;
    }

    private static PlainPut of(byte[] statement, int filter, int update, boolean upsert) {
        int id = filter + 4;
        int idValue = BsonBytes.valueOffset(statement, id);
        int type = statement[id];
        boolean literal = type == 2 || type == 7 || type == 16 || type == 18 || type == 9;
        if (!literal || !BsonBytes.isNamed(statement, id, idValue, "_id")) {
            return null;
        }
        int idEnd = idValue + BsonBytes.valueLength(type, statement, idValue);
        if (statement[idEnd] != 0) {
            return null;
        }
        int end = update + BsonBytes.int32(statement, update);
        byte[] replacement = DocumentUpdate.plain(Arrays.copyOfRange(statement, update, end));
        return replacement == null
                ? null
                : new PlainPut(
                        IdKey.at(statement, id),
                        Arrays.copyOfRange(statement, id, idEnd),
                        replacement,
                        upsert);
    }

    /** The document an upsert inserts. */
    byte[] document() {
        int given = BsonBytes.find(replacement, "_id");
        if (given == 4) {
            if (!IdKey.at(replacement, 4).equals(key)) {
                throw new CommandFailure(
                        ErrorCode.ImmutableField,
                        "The _id field cannot be changed from {_id: " + key + "}.");
            }
            return replacement;
        }
        byte[] whole = new byte[replacement.length + idElement.length];
        BsonBytes.putInt(whole, 0, whole.length);
        System.arraycopy(idElement, 0, whole, 4, idElement.length);
        System.arraycopy(replacement, 4, whole, 4 + idElement.length, replacement.length - 4);
        return whole;
    }
}
