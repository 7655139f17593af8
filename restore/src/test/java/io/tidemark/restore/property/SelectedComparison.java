package io.tidemark.restore.property;

import io.tidemark.embedded.mongo.sharding.ClusterOracle;
import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.Placement;
import io.tidemark.restore.Replacement;
import io.tidemark.restore.merge.Selection;
import io.tidemark.restore.target.MemoryRestoreTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** One collection under another name, against what clients of the cluster read at that time. */
final class SelectedComparison {
    private final ClusterOracle oracle;
    private final BsonTimestamp time;
    private final String from;
    private final Namespace as;

    private SelectedComparison(ClusterOracle oracle, BsonTimestamp time, String from) {
        this.oracle = oracle;
        this.time = time;
        this.from = from;
        this.as = new Namespace("then", "again");
    }

    /** Of the collections that there are, one; empty if there are none. */
    static Optional<SelectedComparison> any(
            ClusterOracle oracle, BsonTimestamp time, Random random) {
        List<String> names = new ArrayList<>(new TreeSet<>(oracle.namespaces(time)));
        names.removeIf(name -> name.contains(".system."));
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new SelectedComparison(
                                oracle, time, names.get(random.nextInt(names.size()))));
    }

    Placement placement() {
        Selection selection = Selection.parse(from, Optional.of(as.toString()));
        return new Placement(Map.of(), Map.of(), List.of(selection), Replacement.NONE);
    }

    /** What differs, in words; empty if nothing does. */
    List<String> run(MemoryRestoreTarget target) {
        List<String> differences = new ArrayList<>();
        Set<Namespace> found = target.data().collections().keySet();
        if (!found.equals(Set.of(as))) {
            differences.add("collections: restored " + found + " for " + from);
        }
        List<String> here = texts(target.documents(as.toString()));
        List<String> there =
                texts(oracle.documents(from, time).stream().map(BsonFiles::raw).toList());
        if (!here.equals(there)) {
            differences.add(from + ": restored " + here + "\n      but true " + there);
        }
        return differences;
    }

    /** Whether two documents have the same id: on different shards they may. */
    boolean hasClash() {
        Set<BsonValue> ids = new HashSet<>();
        for (RawBsonDocument document : oracle.documents(from, time)) {
            if (!ids.add(document.get("_id"))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> texts(Collection<RawDocument> documents) {
        return documents.stream()
                .map(d -> d + " " + HexFormat.of().formatHex(d.toBytes()))
                .sorted()
                .toList();
    }
}
