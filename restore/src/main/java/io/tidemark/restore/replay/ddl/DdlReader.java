package io.tidemark.restore.replay.ddl;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one command; its name is the first field of {@code o}. */
final class DdlReader {
    /** What a server makes up when it creates a collection, or refuses to be told. */
    private static final Set<String> NOT_OPTIONS =
            Set.of("create", "idIndex", "recordIdsReplicated", "temp", "uuid", "autoIndexId");

    private static final Set<String> NOT_CHANGES = Set.of("collMod", "index");

    private final String database;
    private final RawDocument o;

    DdlReader(String ns, RawDocument o) {
        int dot = ns.indexOf('.');
        this.database = dot < 0 ? ns : ns.substring(0, dot);
        this.o = o;
    }

    DdlCommand read() {
        String name = o.first().map(RawElement::name).orElse("");
        return switch (name) {
            case "create" -> create();
            case "drop" -> new DdlCommand.Drop(subject());
            case "dropDatabase" -> new DdlCommand.DropDatabase(database);
            case "renameCollection" -> rename();
            case "collMod" ->
                    new DdlCommand.CollMod(subject(), without(NOT_CHANGES), o.document("index"));
            case "createIndexes" -> new DdlCommand.AddIndexes(subject(), List.of(o));
            case "commitIndexBuild" -> new DdlCommand.AddIndexes(subject(), indexes());
            case "dropIndexes", "dropIndex", "deleteIndexes", "deleteIndex" ->
                    new DdlCommand.DropIndexes(subject(), o.string("index"), o.document("index"));
            case "convertToCapped" ->
                    new DdlCommand.ConvertToCapped(
                            subject(), o.find("size").map(s -> s.number().orElse(0)).orElse(0L));
            case "emptycapped" -> new DdlCommand.Empty(subject());
            // An index exists when its build commits; the others change no data.
            case "startIndexBuild",
                    "abortIndexBuild",
                    "dbCheck",
                    "modifyCollectionShardingIndexCatalog",
                    "createGlobalIndex",
                    "dropGlobalIndex",
                    "createDatabaseMetadata",
                    "dropDatabaseMetadata",
                    "setMultikeyMetadata",
                    "dropIdent" ->
                    new DdlCommand.Ignored(name);
            case "importCollection" ->
                    new DdlCommand.Refused(
                            "importCollection brought in files that are in no oplog; take a base"
                                    + " snapshot after it and restore from that");
            case "upgradeDowngradeViewlessTimeseries" ->
                    new DdlCommand.Refused(
                            "the servers' feature version changed here, which rewrites time-series"
                                + " collections without logging it; take a base snapshot after it");
            default ->
                    new DdlCommand.Refused(
                            "command '" + name + "' is unknown to this version of Tidemark");
        };
    }

    private DdlCommand create() {
        Namespace subject = subject();
        if (o.has("timeseries") && !subject.collection().startsWith("system.buckets.")) {
            return new DdlCommand.Refused(
                    "time-series collection "
                            + subject
                            + " is kept without a system.buckets collection, in the form of"
                            + " servers from 9.0 on, which this version of Tidemark can't restore");
        }
        return new DdlCommand.Create(subject, without(NOT_OPTIONS));
    }

    private DdlCommand rename() {
        Namespace from = Namespace.of(o.string("renameCollection").orElse(""));
        Namespace to = Namespace.of(o.string("to").orElse(""));
        Optional<RawElement> dropTarget = o.find("dropTarget");
        return new DdlCommand.Rename(
                from,
                to,
                dropTarget.flatMap(RawElement::uuid),
                dropTarget.filter(d -> d.isTrue() || d.uuid().isPresent()).isPresent());
    }

    private Namespace subject() {
        String collection = o.first().flatMap(RawElement::string).orElse("");
        return new Namespace(database, collection);
    }

    private List<RawDocument> indexes() {
        List<RawDocument> specifications = new ArrayList<>();
        o.document("indexes")
                .ifPresent(list -> list.forEach(i -> i.document().ifPresent(specifications::add)));
        return specifications;
    }

    private RawDocument without(Set<String> names) {
        RawDocumentBuilder rest = new RawDocumentBuilder(o.sizeBytes());
        for (RawElement field : o) {
            if (!names.contains(field.name())) {
                rest.append(field);
            }
        }
        return RawDocument.of(rest.build());
    }
}
