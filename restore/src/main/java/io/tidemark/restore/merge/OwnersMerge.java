package io.tidemark.restore.merge;

import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.content.ContentHash;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Puts the shards' parts of each collection together. Orphans are gone by now, so each document is
 * its owner's. The largest part stays where it is and takes in the others. A collection that is not
 * sharded is its primary shard's alone. {@code _id} is unique on one shard only, so two documents
 * of one {@code _id} can't both be in the merged collection: the second is named.
 */
final class OwnersMerge {
    private static final int AT_ONCE = 1_000;
    private static final int BYTES_AT_ONCE = 8 << 20;

    private record Part(MergedShard shard, CollectionState state) {}

    private final Map<String, String> primaries = new HashMap<>();
    private final Predicate<Namespace> sharded;
    private final Naming naming;
    private final Problems problems;
    private final List<String> warnings;
    private final LandingLog log;
    private final boolean again;

    /**
     * @param sharded whether {@code config.chunks} knows a collection's owners
     * @param warnings what the operator should know is added
     * @param log of parts that are taken in
     * @param again whether an earlier run may have begun with others
     */
    OwnersMerge(
            ClusterMetadata cluster,
            Predicate<Namespace> sharded,
            Naming naming,
            Problems problems,
            List<String> warnings,
            LandingLog log,
            boolean again) {
        this.log = log;
        this.again = again;
        this.sharded = sharded;
        this.naming = naming;
        this.problems = problems;
        this.warnings = warnings;
        for (RawDocument database : cluster.documents("databases")) {
            String name = database.string("_id").orElse("");
            database.string("primary").ifPresent(primary -> primaries.put(name, primary));
        }
    }

    List<MergedCollection> run(List<MergedShard> shards) {
        Map<Namespace, List<Part>> parts = new TreeMap<>();
        for (MergedShard shard : shards) {
            for (CollectionState state : shard.collections()) {
                boolean wanted =
                        state.target() == shard.target()
                                && naming.nameOf(state.namespace()).isPresent();
                if (wanted && belongs(shard, state.namespace(), shards)) {
                    parts.computeIfAbsent(state.namespace(), n -> new ArrayList<>())
                            .add(new Part(shard, state));
                }
            }
        }
        List<MergedCollection> merged = new ArrayList<>();
        parts.forEach((namespace, of) -> merged.add(merge(namespace, of)));
        return merged;
    }

    private boolean belongs(MergedShard shard, Namespace namespace, List<MergedShard> shards) {
        boolean belongs = sharded.test(namespace) || isPrimary(shard, namespace, shards);
        if (!belongs) {
            shard.collection(namespace)
                    .filter(state -> state.expected().documents() > 0)
                    .ifPresent(
                            state ->
                                    warnings.add(
                                            "Left out: "
                                                    + namespace
                                                    + " on "
                                                    + shard.name()
                                                    + " ("
                                                    + Counted.of(
                                                            state.expected().documents(),
                                                            "document")
                                                    + "), which is not sharded and whose"
                                                    + " database has another primary shard."));
        }
        return belongs;
    }

    /** Whether a collection that is not sharded is this shard's. */
    boolean isPrimary(MergedShard shard, Namespace namespace, List<MergedShard> shards) {
        boolean configServers = shards.stream().anyMatch(s -> s.plan().isConfigServer());
        if (namespace.database().equals("admin") && configServers) {
            return shard.plan().isConfigServer();
        }
        Optional<String> primary = Optional.ofNullable(primaries.get(namespace.database()));
        return primary.isEmpty() || primary.equals(shard.shardId());
    }

    private MergedCollection merge(Namespace source, List<Part> parts) {
        List<Part> bySize = new ArrayList<>(parts);
        bySize.sort(Comparator.comparing(part -> -part.state().expected().documents()));
        Part largest = bySize.remove(0);
        bySize.forEach(part -> takeIn(source, part, largest));
        return new MergedCollection(
                source,
                naming.nameOf(source).orElseThrow(),
                largest.shard().target().placeOf(source),
                largest.shard().target(),
                largest.state());
    }

    /** A crash before the log has it repeats it: documents that are there already are the same. */
    private void takeIn(Namespace source, Part from, Part into) {
        int shard = from.shard().target().number();
        boolean whole = true;
        if (log.isTaken(shard, source)) {
            into.state().expected().add(from.state().expected());
        } else {
            whole = copy(source, from, into);
            if (whole) {
                log.taken(shard, source);
            }
        }
        if (whole) {
            from.shard().target().drop(source);
        }
    }

    /** False if something of it is left out. */
    private boolean copy(Namespace source, Part from, Part into) {
        long before = problems.count();
        ContentHash found = new ContentHash();
        List<DocumentWrite.Put> some = new ArrayList<>();
        long[] bytes = {0};
        from.shard()
                .target()
                .scan(
                        source,
                        document -> {
                            found.add(ContentHash.of(document));
                            RawDocument own = RawDocument.of(document.toBytes());
                            some.add(new DocumentWrite.Put(DocumentId.ofDocument(own), own, true));
                            bytes[0] += own.sizeBytes();
                            if (some.size() == AT_ONCE || bytes[0] > BYTES_AT_ONCE) {
                                insert(source, some, from, into);
                                bytes[0] = 0;
                            }
                        });
        insert(source, some, from, into);
        if (!from.state().expected().matches(found)) {
            problems.add(
                    "Collection "
                            + source
                            + " of "
                            + from.shard().name()
                            + " held "
                            + Counted.of(found.documents(), "document")
                            + " before it was merged where replay wrote "
                            + from.state().expected().documents()
                            + ", or their content differed.");
        }
        return problems.count() == before;
    }

    private void insert(Namespace source, List<DocumentWrite.Put> some, Part from, Part into) {
        if (some.isEmpty()) {
            return;
        }
        Set<DocumentId> taken = new HashSet<>(into.shard().target().insertAbsent(source, some));
        if (again && !taken.isEmpty()) {
            taken.removeAll(inserted(source, taken, some, into));
        }
        for (DocumentWrite.Put put : some) {
            if (taken.contains(put.id())) {
                problems.add(clash(source, put.id(), from));
            } else {
                into.state().expected().add(put.id(), put.document());
            }
        }
        some.clear();
    }

    /**
     * Documents that an earlier run has taken in. Owners' documents of different shards differ in
     * their shard keys, so one that is the same is the same one; were it not, the collection would
     * hold too few when it is compared.
     */
    private static Set<DocumentId> inserted(
            Namespace source, Set<DocumentId> taken, List<DocumentWrite.Put> some, Part into) {
        Map<DocumentId, RawDocument> wanted = new HashMap<>();
        some.forEach(put -> wanted.put(put.id(), put.document()));
        Set<DocumentId> same = new HashSet<>();
        into.shard()
                .target()
                .find(
                        source,
                        taken,
                        (id, held) -> {
                            if (held.equals(wanted.get(id))) {
                                same.add(id);
                            }
                        });
        return same;
    }

    private static String clash(Namespace source, DocumentId id, Part from) {
        return "Collection "
                + source
                + " has two documents with the _id "
                + id
                + ", on different shards: _id is unique on one shard only where it is not the"
                + " shard key. The one of "
                + from.shard().name()
                + " is left out. Restore into as many shards as the archive's cluster has to keep"
                + " both.";
    }

    /** Databases whose primary shard the metadata don't tell, of collections that are there. */
    Set<String> withoutPrimary(List<MergedCollection> merged) {
        Set<String> unknown = new TreeSet<>();
        merged.stream()
                .filter(c -> !sharded.test(c.source()))
                .map(c -> c.source().database())
                .filter(database -> !database.equals("admin"))
                .filter(database -> !primaries.isEmpty() && !primaries.containsKey(database))
                .forEach(unknown::add);
        return unknown;
    }
}
