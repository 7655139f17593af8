package io.tidemark.restore.previous;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The commands that lead one target back to what it was before a restore that kept it. Each names
 * in a comment where it is typed: on the primary of that replica set's target.
 */
public final class WayBack {
    private final String where;
    private final RestoreTarget target;
    private final KeptPrevious kept;
    private final List<String> commands = new ArrayList<>();

    /**
     * @param replicaSet of the archive, whose target it is
     */
    public WayBack(String replicaSet, RestoreTarget target, KeptPrevious kept) {
        this.where = "/* " + replicaSet + ", on " + target + " */ ";
        this.target = target;
        this.kept = kept;
    }

    /**
     * @param collections that the restore made, without those of {@code config}
     * @param special of these, views and time-series collections, which no rename replaces
     * @param configServer whether the restore has written the cluster's metadata there
     * @param joined whether the restore made it a member of a cluster
     * @param accounts by their collection: users and roles that the restore has put
     */
    public List<String> commands(
            Collection<Namespace> collections,
            Collection<Namespace> special,
            boolean configServer,
            boolean joined,
            Map<Namespace, List<String>> accounts) {
        Set<Namespace> aside = new HashSet<>();
        kept.collections().stream()
                .filter(KeptCollection::isAside)
                .forEach(one -> aside.add(one.name()));
        for (Namespace name : collections) {
            if (special.contains(name) || !aside.contains(name)) {
                add(ShellCommand.drop(name));
            }
        }
        kept.collections().stream().filter(KeptCollection::isAside).forEach(this::rename);
        kept.collections().stream()
                .filter(one -> one.how() == KeptCollection.How.DEFINED)
                .forEach(this::define);
        if (configServer) {
            addMetadata();
        }
        if (joined) {
            addLeaving();
        }
        // Last, as from there on the rights of whoever types may be others.
        commands.addAll(
                new AccountsBack(kept).commands(accounts).stream().map(this::here).toList());
        return commands;
    }

    private String here(String command) {
        return where + command;
    }

    /** The command for a shard that the restore added. */
    public List<String> leaving() {
        addLeaving();
        return commands;
    }

    private void addLeaving() {
        add(
                ShellCommand.exactly(
                        "admin", delete("system.version", new BsonString("shardIdentity"), 1)));
    }

    private void add(String command) {
        commands.add(here(command));
    }

    private void rename(KeptCollection one) {
        add(ShellCommand.rename(one.place(), one.name()));
    }

    private void define(KeptCollection view) {
        BsonDocument create = new BsonDocument("create", new BsonString(view.name().collection()));
        create.putAll(view.definition().orElseThrow().toBson());
        add(ShellCommand.exactly(view.name().database(), create));
    }

    /** The balancer's settings come last. */
    private void addMetadata() {
        TargetFacts now = target.inspect();
        Set<Namespace> before = new HashSet<>();
        for (KeptCollection one : kept.collections()) {
            if (one.how() == KeptCollection.How.METADATA) {
                before.add(one.name());
                if (PutBack.isByDocument(one.name())) {
                    addDocuments(one);
                } else if (!one.name().collection().equals("settings")) {
                    rename(one);
                }
            }
        }
        now.collections().stream()
                .filter(name -> Keeping.isMetadata(name) && !before.contains(name))
                .forEach(name -> add(ShellCommand.drop(name)));
        kept.collections().stream()
                .filter(one -> one.name().equals(Namespace.of("config.settings")))
                .forEach(this::rename);
    }

    private void addDocuments(KeptCollection one) {
        String collection = one.name().collection();
        BsonArray ids = new BsonArray();
        BsonArray updates = new BsonArray();
        target.scan(
                one.place(),
                raw -> {
                    BsonDocument document = RawDocument.of(raw.toBytes()).toBson();
                    BsonValue id = document.get("_id");
                    ids.add(id);
                    updates.add(
                            new BsonDocument("q", new BsonDocument("_id", id))
                                    .append("u", document)
                                    .append("upsert", BsonBoolean.TRUE));
                });
        if (!updates.isEmpty()) {
            add(
                    ShellCommand.exactly(
                            "config",
                            new BsonDocument("update", new BsonString(collection))
                                    .append("updates", updates)));
        }
        add(ShellCommand.exactly("config", delete(collection, new BsonDocument("$nin", ids), 0)));
        add(ShellCommand.drop(one.place()));
    }

    private static BsonDocument delete(String collection, BsonValue id, int limit) {
        BsonDocument one =
                new BsonDocument("q", new BsonDocument("_id", id))
                        .append("limit", new BsonInt32(limit));
        return new BsonDocument("delete", new BsonString(collection))
                .append("deletes", new BsonArray(List.of(one)));
    }
}
