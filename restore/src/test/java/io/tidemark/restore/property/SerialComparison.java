package io.tidemark.restore.property;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.restore.serial.SerialCollection;
import io.tidemark.restore.serial.SerialReplay;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * What a restore put into its targets, against what the serial engine made of the same archive:
 * collections, UUIDs, options, indexes, and documents in every byte. The serial engine keeps
 * orphans: exactly those that the restore counted are too many in it.
 */
final class SerialComparison {
    private final Map<String, SerialReplay> serial;
    private final Map<String, MemoryRestoreTarget> targets;
    private final RestoreReport report;
    private final List<String> differences = new ArrayList<>();
    private long documents;

    SerialComparison(
            Map<String, SerialReplay> serial,
            Map<String, MemoryRestoreTarget> targets,
            RestoreReport report) {
        this.serial = serial;
        this.targets = targets;
        this.report = report;
    }

    /** What differs, in words; empty if nothing does. */
    List<String> run() {
        serial.forEach((set, replay) -> compare(set, targets.get(set), replay));
        return differences;
    }

    long documents() {
        return documents;
    }

    private void compare(String set, MemoryRestoreTarget target, SerialReplay replay) {
        Map<String, SerialCollection> wanted = new TreeMap<>();
        replay.collections().stream()
                .filter(c -> isUsers(c.namespace()))
                .forEach(
                        c -> {
                            SerialCollection other = wanted.put(c.namespace(), c);
                            if (other != null) {
                                differences.add("two collections are named " + c.namespace());
                            }
                        });
        Map<String, MemoryTarget.Contents> found = new TreeMap<>();
        target.data()
                .collections()
                .forEach(
                        (name, contents) -> {
                            boolean view = contents.options().has("viewOn");
                            if (!view && isUsers(name.toString())) {
                                found.put(name.toString(), contents);
                            }
                        });
        same("collections of " + set, found.keySet(), wanted.keySet());
        wanted.keySet().retainAll(found.keySet());
        wanted.forEach((name, c) -> compare(set, name, found.get(name), c));
    }

    private static boolean isUsers(String namespace) {
        Namespace name = Namespace.of(namespace);
        return !List.of("config", "admin", "local", "tidemark_restore").contains(name.database())
                && !name.collection().equals("system.views")
                && !name.collection().startsWith("system.resharding.");
    }

    private void compare(
            String set, String name, MemoryTarget.Contents found, SerialCollection wanted) {
        String what = name + " on " + set;
        same("UUID of " + what, found.uuid().orElseThrow(), wanted.uuid());
        BsonDocument options = decoded(found.options());
        found.changes().forEach(change -> options.putAll(decoded(change)));
        BsonDocument given = wanted.options().clone();
        // A restored collection is nobody's temporary one.
        given.remove("temp");
        same("options of " + what, sorted(options), sorted(given));
        Map<String, Object> indexes = new TreeMap<>();
        found.indexes()
                .forEach(i -> indexes.put(i.string("name").orElseThrow(), sorted(decoded(i))));
        Map<String, Object> truth = new TreeMap<>();
        wanted.indexes().forEach((index, spec) -> truth.put(index, sorted(spec)));
        same("indexes of " + what, indexes, truth);
        documents(set, name, found, wanted);
    }

    private void documents(
            String set, String name, MemoryTarget.Contents found, SerialCollection wanted) {
        List<String> here = found.documents().values().stream().map(this::text).toList();
        List<String> there = wanted.documents().stream().map(d -> text(BsonFiles.raw(d))).toList();
        documents += here.size();
        long orphans = report.orphans().getOrDefault(set + "/" + name, 0L);
        if (wanted.options().containsKey("capped")) {
            same("order of " + name + " on " + set, here, there);
            return;
        }
        Map<String, Integer> left = new HashMap<>();
        there.forEach(text -> left.merge(text, 1, Integer::sum));
        List<String> more = new ArrayList<>();
        for (String text : here) {
            if (left.computeIfPresent(text, (t, times) -> times == 1 ? null : times - 1) == null
                    && !there.contains(text)) {
                more.add(text);
            }
        }
        long fewer = left.values().stream().mapToInt(Integer::intValue).sum();
        if (!more.isEmpty() || fewer != orphans) {
            differences.add(
                    "documents of "
                            + (name + " on " + set + ": restored too much " + more)
                            + ("\n      missing "
                                    + left.keySet()
                                    + ", of them orphans "
                                    + orphans));
        }
    }

    private void same(String what, Object found, Object wanted) {
        if (!found.equals(wanted)) {
            differences.add(what + ": restored " + found + "\n      but serially " + wanted);
        }
    }

    private static String sorted(BsonDocument document) {
        TreeMap<String, Object> sorted = new TreeMap<>(document);
        return sorted.toString();
    }

    private static BsonDocument decoded(RawDocument document) {
        return new RawBsonDocument(document.toBytes()).decode(new BsonDocumentCodec());
    }

    private String text(RawDocument document) {
        return document + " " + HexFormat.of().formatHex(document.toBytes());
    }
}
