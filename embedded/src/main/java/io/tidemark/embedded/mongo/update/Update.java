package io.tidemark.embedded.mongo.update;

import io.tidemark.embedded.mongo.ServerError;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * A compiled update: operators, a replacement, or a pipeline. Compiling refuses what the server
 * refuses.
 */
public sealed interface Update permits OperatorUpdate, Replacement, PipelineUpdate {
    /**
     * Compiles an update.
     *
     * @param update a document of operators, a replacement document, or an array of pipeline stages
     * @param arrayFilters filters for {@code $[name]}, often none
     */
    static Update compile(BsonValue update, List<BsonDocument> arrayFilters, LogFormat format) {
        if (update.isArray()) {
            if (!arrayFilters.isEmpty()) {
                throw ServerError.failedToParse(
                        "arrayFilters may not be specified for pipeline-style updates");
            }
            return PipelineUpdate.parse(update.asArray(), format);
        }
        if (!update.isDocument()) {
            throw ServerError.failedToParse("Update argument must be either an object or an array");
        }
        BsonDocument document = update.asDocument();
        boolean operators = !document.isEmpty() && document.getFirstKey().startsWith("$");
        if (operators) {
            return OperatorParser.parse(document, arrayFilters, format);
        }
        if (!arrayFilters.isEmpty()) {
            throw ServerError.failedToParse(
                    "arrayFilters may not be specified for replacement updates");
        }
        return Replacement.parse(document);
    }

    /** The document after the update; {@code pre} itself is left alone. */
    UpdateResult apply(BsonDocument pre, UpdateContext context);
}
