package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import java.util.Set;
import org.bson.BsonDocument;

/** What a server refuses before a command even starts. */
final class CommandRules {
    private CommandRules() {}

    static void check(Request request, Command command, Set<String> generic) {
        fields(request, command, generic);
        if (command.is(Command.Trait.ADMIN) && !request.database().equals("admin")) {
            throw new CommandFailure(
                    ErrorCode.Unauthorized,
                    command.name() + " may only be run against the admin database.");
        }
        if (request.inTransaction() && !command.is(Command.Trait.TRANSACTION)) {
            throw new CommandFailure(
                    ErrorCode.OperationNotSupportedInTransaction,
                    "Cannot run '" + command.name() + "' in a multi-document transaction.");
        }
        if (command.is(Command.Trait.WRITE) || request.inTransaction()) {
            request.engine().requirePrimary(request.member());
        } else if (command.is(Command.Trait.READ)) {
            secondaryOk(request);
        }
    }

    private static void fields(Request request, Command command, Set<String> generic) {
        if (command.fields().isEmpty()) {
            return;
        }
        for (String field : request.body().keySet()) {
            if (!field.equals(command.name())
                    && !command.fields().contains(field)
                    && !generic.contains(field)) {
                throw new CommandFailure(
                        ErrorCode.UnknownField,
                        "BSON field '" + command.name() + "." + field + "' is an unknown field.");
            }
        }
    }

    private static void secondaryOk(Request request) {
        if (request.engine().replication.isPrimary(request.member())) {
            return;
        }
        BsonDocument preference = request.document("$readPreference");
        boolean allowed =
                preference.containsKey("mode")
                        && !preference.getString("mode").getValue().equals("primary");
        if (!allowed && !request.database().equals("local")) {
            throw new CommandFailure(
                    ErrorCode.NotPrimaryNoSecondaryOk, "not primary and secondaryOk=false");
        }
    }
}
