package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Collation specifications as a server stores them: every field written out. */
final class Collations {
    private Collations() {}

    /** The full specification; empty for the simple collation. */
    static BsonDocument complete(BsonDocument given) {
        BsonValue locale = given.get("locale");
        if (locale == null || !locale.isString()) {
            throw new CommandFailure(
                    ErrorCode.FailedToParse, "Field 'locale' is missing or no string in collation");
        }
        if (locale.asString().getValue().equals("simple")) {
            return new BsonDocument();
        }
        return new BsonDocument("locale", locale)
                .append("caseLevel", given.get("caseLevel", BsonBoolean.FALSE))
                .append("caseFirst", given.get("caseFirst", new BsonString("off")))
                .append("strength", given.get("strength", new BsonInt32(3)))
                .append("numericOrdering", given.get("numericOrdering", BsonBoolean.FALSE))
                .append("alternate", given.get("alternate", new BsonString("non-ignorable")))
                .append("maxVariable", given.get("maxVariable", new BsonString("punct")))
                .append("normalization", given.get("normalization", BsonBoolean.FALSE))
                .append("backwards", given.get("backwards", BsonBoolean.FALSE))
                .append("version", given.get("version", new BsonString("57.1")));
    }
}
