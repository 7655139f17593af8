package io.tidemark.cli.dump;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.schemas.model.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;

/**
 * What a dump knows of a collection besides its documents.
 *
 * @param collectionName where the file name had to be shortened
 * @param type {@code collection}, {@code view} or {@code timeseries}
 * @param options as listCollections gives them
 * @param indexes specifications, with the one of {@code _id}
 */
public record CollectionMetadata(
        Optional<String> collectionName,
        String type,
        Optional<UUID> uuid,
        BsonDocument options,
        List<BsonDocument> indexes) {

    /** Of a dump that tells documents only. */
    public static final CollectionMetadata NONE =
            new CollectionMetadata(
                    Optional.empty(),
                    "collection",
                    Optional.empty(),
                    new BsonDocument(),
                    List.of());

    public CollectionMetadata {
        indexes = List.copyOf(indexes);
    }

    /**
     * @throws CommandFailure if the file is not the extended JSON that mongodump writes
     */
    static CollectionMetadata read(BackupFile file) {
        try (InputStream in = file.open()) {
            return parse(
                    new String(in.readAllBytes(), StandardCharsets.UTF_8), file, Optional.empty());
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
    }

    /**
     * @param file where the text stands, for messages
     * @param collection whose it is, where the file tells of several
     * @throws CommandFailure if the text is not the extended JSON that mongodump writes
     */
    public static CollectionMetadata parse(
            String text, BackupFile file, Optional<Namespace> collection) {
        try {
            return text.isBlank() ? NONE : of(BsonDocument.parse(text));
        } catch (JsonParseException | org.bson.BSONException | IllegalArgumentException wrong) {
            throw new CommandFailure(
                    ExitCode.ARCHIVE_DAMAGED,
                    "File "
                            + file
                            + collection.map(ns -> ", of " + ns + ",").orElse("")
                            + " is not metadata as mongodump writes it: "
                            + wrong.getMessage()
                            + ". Without it the collection's options and indexes would be lost."
                            + " Copy the file again from where it was written.",
                    wrong);
        }
    }

    /** The same; {@link #NONE} stays what it is, if the type tells nothing. */
    public CollectionMetadata withType(String told) {
        return told.equals(type)
                ? this
                : new CollectionMetadata(collectionName, told, uuid, options, indexes);
    }

    /** As {@code listCollections} says it where the backup doesn't: by the options. */
    public static String typeBy(BsonDocument options) {
        return options.containsKey("viewOn")
                ? "view"
                : options.containsKey("timeseries") ? "timeseries" : "collection";
    }

    private static CollectionMetadata of(BsonDocument json) {
        BsonDocument options = json.getDocument("options", new BsonDocument());
        return new CollectionMetadata(
                string(json, "collectionName"),
                string(json, "type").orElseGet(() -> typeBy(options)),
                string(json, "uuid").filter(text -> !text.isEmpty()).map(CollectionMetadata::uuid),
                options,
                json.getArray("indexes", new org.bson.BsonArray()).stream()
                        .map(BsonValue::asDocument)
                        .toList());
    }

    private static Optional<String> string(BsonDocument json, String name) {
        return json.get(name) instanceof BsonString text
                ? Optional.of(text.getValue())
                : Optional.empty();
    }

    /**
     * @param hex 32 digits, perhaps with dashes
     */
    public static UUID uuid(String hex) {
        String digits = hex.replace("-", "");
        if (digits.length() != 32) {
            throw new IllegalArgumentException("uuid '" + hex + "' has not 32 hex digits");
        }
        BigInteger bits = new BigInteger(digits, 16);
        return new UUID(bits.shiftRight(64).longValue(), bits.longValue());
    }
}
