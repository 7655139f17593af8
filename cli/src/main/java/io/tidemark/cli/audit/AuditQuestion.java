package io.tidemark.cli.audit;

import io.tidemark.cli.BeginningOfSecond;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.model.ClusterTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;
import picocli.CommandLine.Option;

/** What an audit is about, as options. */
final class AuditQuestion {
    private static final Set<String> OPS = Set.of("i", "u", "d", "c", "n");

    @Option(
            names = "--ns",
            paramLabel = "NS",
            description =
                    "Only of this collection, or of this database; repeat it for more. Commands and"
                            + " operations of transactions on it are found as well, and the"
                            + " outcomes of those that were prepared from --from on; of earlier"
                            + " ones by --transaction.")
    private List<String> namespaces = new ArrayList<>();

    @Option(
            names = "--id",
            paramLabel = "JSON",
            description =
                    "Only of the document with this _id, as extended JSON: 7, '\"a7\"',"
                            + " '{\"$oid\": \"…\"}'.")
    private String id;

    @Option(
            names = "--op",
            paramLabel = "OP",
            description =
                    "Only this operation: i insert, u update, d delete, c command, n noop; repeat"
                            + " it for more. Default: all but noops.")
    private List<String> ops = new ArrayList<>();

    @Option(
            names = "--transaction",
            paramLabel = "LSID[:N]",
            description =
                    "Only of this session's UUID, or of its transaction or retryable write number"
                            + " N.")
    private String transaction;

    @Option(
            names = "--from",
            paramLabel = "T",
            converter = BeginningOfSecond.class,
            description =
                    "From this cluster time on: 1712345678:5, or ISO-8601 with an offset for the"
                            + " beginning of that second.")
    private ClusterTime from;

    @Option(
            names = "--to",
            paramLabel = "T",
            description = "Up to this cluster time, inclusive; ISO-8601 for the end of a second.")
    private ClusterTime to;

    boolean hasBeginning() {
        return from != null;
    }

    /**
     * @throws CommandFailure if an option says nothing that could be looked for
     */
    AuditFilter filter() {
        ClusterTime first = from == null ? ClusterTime.ZERO : from;
        ClusterTime last = to == null ? ClusterTime.MAX : to;
        if (last.isBefore(first)) {
            throw wrong("--from " + first + " lies after --to " + last + ".");
        }
        if (namespaces.contains("")) {
            throw wrong("--ns is empty: name a collection (shop.orders) or a database (shop).");
        }
        if (!OPS.containsAll(ops)) {
            throw wrong("--op is one of i, u, d, c, n, not " + ops + ".");
        }
        return new AuditFilter(
                Set.copyOf(namespaces),
                Set.copyOf(ops),
                Optional.ofNullable(id).map(AuditQuestion::value),
                session(),
                number(),
                first,
                last);
    }

    private static BsonValue value(String text) {
        try {
            BsonDocument parsed = BsonDocument.parse("{\"v\": " + text + "}");
            if (parsed.size() == 1) {
                return parsed.get("v");
            }
        } catch (JsonParseException
                | BsonInvalidOperationException
                | IllegalArgumentException notJson) {
            // Said below. Numbers, ObjectIds and base64 that can't be are illegal arguments.
        }
        throw wrong(
                "--id "
                        + text
                        + " is no extended JSON: a text stands in quotes ('\"a7\"'), an ObjectId"
                        + " as '{\"$oid\": \"…\"}'.");
    }

    private Optional<UUID> session() {
        if (transaction == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(transaction.split(":", 2)[0]));
        } catch (IllegalArgumentException notOne) {
            throw wrong("--transaction " + transaction + " does not begin with a UUID.");
        }
    }

    private OptionalLong number() {
        if (transaction == null || transaction.indexOf(':') < 0) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    Long.parseLong(transaction.substring(transaction.indexOf(':') + 1)));
        } catch (NumberFormatException notOne) {
            throw wrong("--transaction " + transaction + " does not end with a number.");
        }
    }

    private static CommandFailure wrong(String message) {
        return new CommandFailure(ExitCode.USAGE, message);
    }
}
