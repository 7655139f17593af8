package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** All shards put together in one target, against what clients of the cluster read at that time. */
final class MergedComparison {
    private final ClusterOracle oracle;
    private final BsonTimestamp time;

    MergedComparison(ClusterOracle oracle, BsonTimestamp time) {
        this.oracle = oracle;
        this.time = time;
    }

    /** What differs, in words; empty if nothing does. */
    List<String> run(MemoryRestoreTarget target) {
        List<String> differences = new ArrayList<>();
        Set<String> found = new TreeSet<>();
        target.data().collections().keySet().stream()
                .map(Namespace::toString)
                .filter(name -> !isView(target, name))
                .forEach(found::add);
        Set<String> wanted = new TreeSet<>(oracle.namespaces(time));
        wanted.removeIf(name -> name.endsWith(".system.views"));
        // The oracle doesn't list buckets among the collections of users, but knows what they hold.
        found.stream().filter(name -> name.contains(".system.buckets.")).forEach(wanted::add);
        if (!found.equals(wanted)) {
            differences.add("collections: restored " + found + "\n      but true " + wanted);
        }
        wanted.retainAll(found);
        for (String namespace : wanted) {
            List<String> here = texts(target.documents(namespace));
            List<String> there = texts(truth(namespace));
            if (!here.equals(there)) {
                differences.add(namespace + ": restored " + here + "\n      but true " + there);
            }
        }
        return differences;
    }

    /** The collections that there were. */
    Set<String> namespaces() {
        return oracle.namespaces(time);
    }

    /** Whether two documents of one collection have the same id: on different shards they may. */
    boolean hasClash() {
        for (String namespace : oracle.namespaces(time)) {
            Set<BsonValue> ids = new HashSet<>();
            for (RawBsonDocument document : oracle.documents(namespace, time)) {
                if (!ids.add(document.get("_id"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isView(MemoryRestoreTarget target, String name) {
        return target.data().collections().get(Namespace.of(name)).options().has("viewOn");
    }

    private List<RawDocument> truth(String namespace) {
        return oracle.documents(namespace, time).stream().map(BsonFiles::raw).toList();
    }

    private static List<String> texts(Collection<RawDocument> documents) {
        return documents.stream()
                .map(d -> d + " " + HexFormat.of().formatHex(d.toBytes()))
                .sorted()
                .toList();
    }
}
