package io.tidemark.embedded.mongo.node;

import java.util.ArrayList;
import java.util.List;

/** Commands about databases, collections and indexes. */
final class CatalogCommands {
    private CatalogCommands() {}

    static List<Command> all(Node node) {
        List<Command> all = new ArrayList<>();
        all.addAll(ListingCommands.all(node));
        all.addAll(DdlCommands.all());
        return all;
    }
}
