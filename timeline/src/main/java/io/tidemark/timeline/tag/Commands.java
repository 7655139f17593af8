package io.tidemark.timeline.tag;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Facts of DDL commands: the command's name is the first key of {@code o}. */
final class Commands {
    /** No data effect, or bookkeeping of one node. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "dbCheck",
                    "setMultikeyMetadata",
                    "dropIdent",
                    "modifyCollectionShardingIndexCatalog",
                    "createGlobalIndex",
                    "dropGlobalIndex",
                    "createDatabaseMetadata",
                    "dropDatabaseMetadata");

    private Commands() {}

    static List<Fact> tag(String entryNs, RawDocument o, boolean fromMigrate) {
        Optional<RawElement> first = o.first();
        int dot = entryNs.indexOf('.');
        String database = dot > 0 ? entryNs.substring(0, dot) : entryNs;
        boolean internal = database.equals("config") || database.equals("local");
        if (first.isEmpty() || internal || WITHOUT_EFFECT.contains(first.get().name())) {
            return List.of();
        }
        String name = first.get().name();
        String ns = namespace(database, name, first.get());
        if (ns.contains(".system.resharding.")) {
            return List.of();
        }
        String build = ConfigTables.uuid(o.find("indexBuildUUID"));
        return List.of(new Fact.Command(name, ns, detail(name, o), build, fromMigrate));
    }

    private static String namespace(String database, String name, RawElement first) {
        String value = first.string().orElse("");
        if (name.equals("renameCollection") || name.equals("importCollection")) {
            return value;
        }
        return value.isEmpty() ? database : database + "." + value;
    }

    private static String detail(String name, RawDocument o) {
        return switch (name) {
            case "renameCollection" -> o.string("to").orElse("");
            case "createIndexes" -> o.string("name").orElse("");
            case "startIndexBuild", "commitIndexBuild", "abortIndexBuild" -> indexNames(o);
            case "dropIndexes", "deleteIndex", "deleteIndexes", "dropIndex" ->
                    o.string("index").orElse("*");
            case "collMod" -> Integer.toHexString(o.hashCode());
            default -> "";
        };
    }

    private static String indexNames(RawDocument o) {
        List<String> names = new ArrayList<>();
        for (RawElement spec : o.document("indexes").orElse(Written.nothing())) {
            spec.document().flatMap(s -> s.string("name")).ifPresent(names::add);
        }
        return names.stream().sorted().collect(Collectors.joining(Fact.Command.AND));
    }
}
