package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The command by which mongorestore has a server take users and roles out of collections that it
 * has written before.
 */
final class AccountCommands {
    private AccountCommands() {}

    static List<Command> all() {
        return List.of(
                Command.of(
                                "_mergeAuthzCollections",
                                AccountCommands::merge,
                                "tempUsersCollection",
                                "tempRolesCollection",
                                "db",
                                "drop")
                        .with(Command.Trait.WRITE, Command.Trait.ADMIN));
    }

    private static void merge(Request request, RawBuilder reply) {
        BsonDocument body = request.body();
        BsonString none = new BsonString("");
        String users = body.getString("tempUsersCollection", none).getValue();
        String roles = body.getString("tempRolesCollection", none).getValue();
        if (users.isEmpty() && roles.isEmpty()) {
            throw new CommandFailure(
                    ErrorCode.BadValue,
                    "Must provide at least one of \"tempUsersCollection\" and"
                            + " \"tempRolesCollection\"");
        }
        String database = body.getString("db").getValue();
        boolean drop = Request.isTrue(body.get("drop", BsonBoolean.FALSE));
        WriteCommands.writing(
                request,
                "",
                sink -> {
                    Merge merge = new Merge(request.engine(), sink, database, drop);
                    merge.run(users, "admin.system.users");
                    merge.run(roles, "admin.system.roles");
                });
    }

    /**
     * @param database whose accounts are meant; all if empty
     * @param drop whether accounts that are there are replaced, and all others removed
     */
    private record Merge(Engine engine, ChangeSink sink, String database, boolean drop) {
        void run(String from, String to) {
            if (from.isEmpty()) {
                return;
            }
            Map<BsonValue, BsonDocument> wanted = accounts(from);
            Map<BsonValue, BsonDocument> present = accounts(to);
            Statements statements = new Statements(engine, sink);
            wanted.forEach(
                    (id, account) -> {
                        if (drop || !present.containsKey(id)) {
                            statements.update(to, replacing(id, account), StatementOptions.PLAIN);
                        }
                    });
            present.keySet().removeAll(wanted.keySet());
            if (drop) {
                present.keySet().forEach(id -> delete(statements, to, id));
            }
        }

        private static void delete(Statements statements, String from, BsonValue id) {
            statements.delete(
                    from,
                    new BsonDocument("_id", id),
                    new BsonDocument(),
                    false,
                    StatementOptions.PLAIN);
        }

        private static UpdateSpec replacing(BsonValue id, BsonDocument account) {
            return new UpdateSpec(
                    new BsonDocument("_id", id),
                    account,
                    false,
                    true,
                    List.of(),
                    new BsonDocument());
        }

        private Map<BsonValue, BsonDocument> accounts(String namespace) {
            Map<BsonValue, BsonDocument> found = new LinkedHashMap<>();
            CollectionInfo collection = sink.collection(namespace);
            if (collection != null) {
                sink.source(collection).scan(IdRange.ALL, bytes -> add(found, bytes));
            }
            return found;
        }

        private boolean add(Map<BsonValue, BsonDocument> found, byte[] bytes) {
            BsonDocument account = BsonBytes.document(bytes);
            if (database.isEmpty() || account.getString("db").getValue().equals(database)) {
                found.put(account.get("_id"), account);
            }
            return true;
        }
    }
}
