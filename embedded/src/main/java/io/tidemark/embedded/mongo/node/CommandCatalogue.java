package io.tidemark.embedded.mongo.node;

import java.util.ArrayList;
import java.util.List;

/** All commands of a node. */
final class CommandCatalogue {
    private CommandCatalogue() {}

    static List<Command> all(Node node) {
        List<Command> all = new ArrayList<>();
        all.addAll(HelloCommands.all(node));
        all.addAll(WriteCommands.all());
        all.addAll(ReadCommands.all(node));
        all.addAll(CatalogCommands.all(node));
        all.addAll(DiagnosticCommands.all(node));
        all.addAll(TransactionCommands.all());
        all.addAll(ReplicaCommands.all(node));
        all.addAll(AccountCommands.all());
        return all;
    }
}
