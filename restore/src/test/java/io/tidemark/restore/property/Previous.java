package io.tidemark.restore.property;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.Placement;
import io.tidemark.restore.Replacement;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What targets hold before a restore that keeps it: collections of the restored ones' names and of
 * others, with UUIDs of their own or with those that the restore needs, as after an earlier one.
 */
final class Previous {
    private static final Namespace EARLIER = Namespace.of("before.tidemark_previous_7_it");

    private final Map<String, MemoryRestoreTarget> restored;
    private final long seed;
    private final Set<String> databases = new TreeSet<>(Set.of("before"));

    /**
     * @param restored what the restore makes of empty targets
     */
    Previous(Map<String, MemoryRestoreTarget> restored, long seed) {
        this.restored = restored;
        this.seed = seed;
        restored.values()
                .forEach(target -> users(target).forEach(name -> databases.add(name.database())));
    }

    Placement placement() {
        return new Placement(Map.of(), Map.of(), List.of(), new Replacement(databases, true));
    }

    private static List<Namespace> users(MemoryRestoreTarget target) {
        return target.data().collections().keySet().stream()
                .filter(name -> !Set.of("admin", "config").contains(name.database()))
                .filter(name -> !name.collection().startsWith("system."))
                .toList();
    }

    /** Puts something into a target that a restore has not seen yet. */
    void fill(String name, MemoryRestoreTarget target) {
        Random random = new Random(seed + name.hashCode());
        add(target, Namespace.of("before.goes"), UUID.randomUUID());
        add(target, EARLIER, UUID.randomUUID());
        Map<Namespace, MemoryTarget.Contents> there = restored.get(name).data().collections();
        List<Namespace> names = users(restored.get(name));
        for (Namespace one : names) {
            Optional<UUID> uuid = there.get(one).uuid().filter(own -> random.nextInt(3) > 0);
            boolean elsewhere = uuid.isPresent() && random.nextInt(3) == 0;
            Namespace place = elsewhere ? new Namespace("before", "was." + one) : one;
            add(target, place, uuid.orElseGet(UUID::randomUUID));
        }
    }

    private static void add(MemoryRestoreTarget target, Namespace name, UUID uuid) {
        RawDocument document = BsonFiles.json("{_id: 'previous', of: '" + name + "'}");
        target.create(name, Optional.of(uuid), BsonFiles.json("{}"));
        target.createIndex(name, BsonFiles.json("{v: 2, key: {of: 1}, name: 'of'}"));
        target.write(
                name,
                List.of(new DocumentWrite.Put(DocumentId.ofDocument(document), document, true)));
    }

    /** What of it is not kept, or not whole, or kept twice. */
    List<String> differences(Map<String, MemoryRestoreTarget> targets) {
        List<String> differences = new ArrayList<>();
        targets.forEach(
                (name, target) -> {
                    List<String> wanted = kept(filled(name));
                    List<String> found = kept(target);
                    if (!found.equals(wanted)) {
                        differences.add("kept in " + name + " " + found + "\n but was " + wanted);
                    }
                });
        return differences;
    }

    private MemoryRestoreTarget filled(String name) {
        MemoryRestoreTarget target = Accounts.target(name);
        fill(name, target);
        Stream.concat(users(target).stream(), Accounts.COLLECTIONS.stream())
                .filter(one -> !one.equals(EARLIER))
                .forEach(one -> target.rename(one, PreviousNames.of(one, "0")));
        return target;
    }

    private static List<String> kept(MemoryRestoreTarget target) {
        List<String> kept = new ArrayList<>();
        target.data()
                .collections()
                .forEach(
                        (name, contents) -> {
                            if (PreviousNames.isKept(name) && !name.database().equals("config")) {
                                kept.add(
                                        name.toString().replaceAll("previous_\\d+_", "previous_")
                                                + target.documents(name.toString())
                                                + contents.indexes());
                            }
                        });
        return kept.stream().sorted().toList();
    }
}
