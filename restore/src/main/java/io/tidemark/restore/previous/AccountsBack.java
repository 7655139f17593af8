package io.tidemark.restore.previous;

import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

/**
 * The commands that lead users and roles back. The server takes them out of the copies itself, as
 * it does for mongorestore: so no password's credentials are in a command, and a report has none.
 */
final class AccountsBack {
    private static final Namespace USERS = Namespace.of("admin.system.users");
    private static final Namespace ROLES = Namespace.of("admin.system.roles");
    private final KeptPrevious kept;

    AccountsBack(KeptPrevious kept) {
        this.kept = kept;
    }

    /**
     * @param put by their collection: the accounts that the restore has put
     */
    List<String> commands(Map<Namespace, List<String>> put) {
        List<String> commands = new ArrayList<>();
        Optional<Namespace> users = place(USERS);
        Optional<Namespace> roles = place(ROLES);
        if (users.isPresent() || roles.isPresent()) {
            commands.add(ShellCommand.exactly("admin", merge(users, roles)));
        }
        put.forEach(
                (accounts, names) -> {
                    if (place(accounts).isEmpty() && !names.isEmpty()) {
                        commands.add(ShellCommand.exactly("admin", delete(accounts, names)));
                    }
                });
        users.ifPresent(place -> commands.add(ShellCommand.drop(place)));
        roles.ifPresent(place -> commands.add(ShellCommand.drop(place)));
        return commands;
    }

    private Optional<Namespace> place(Namespace accounts) {
        return kept.collections().stream()
                .filter(one -> one.name().equals(accounts))
                .filter(KeptCollection::isCopy)
                .map(KeptCollection::place)
                .findFirst();
    }

    private static BsonDocument merge(Optional<Namespace> users, Optional<Namespace> roles) {
        return new BsonDocument("_mergeAuthzCollections", new BsonInt32(1))
                .append("tempUsersCollection", text(users))
                .append("tempRolesCollection", text(roles))
                .append("db", new BsonString(""))
                .append("drop", BsonBoolean.TRUE);
    }

    private static BsonString text(Optional<Namespace> place) {
        return new BsonString(place.map(Namespace::toString).orElse(""));
    }

    /** Of a kind that the target had none of. */
    private static BsonDocument delete(Namespace accounts, List<String> names) {
        BsonArray ids = new BsonArray(names.stream().map(BsonString::new).toList());
        BsonDocument those = new BsonDocument("_id", new BsonDocument("$in", ids));
        BsonDocument statement = new BsonDocument("q", those).append("limit", new BsonInt32(0));
        return new BsonDocument("delete", new BsonString(accounts.collection()))
                .append("deletes", new BsonArray(List.of(statement)));
    }
}
