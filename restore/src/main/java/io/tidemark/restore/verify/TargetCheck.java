package io.tidemark.restore.verify;

import io.tidemark.restore.replay.CollectionState;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.replay.content.ContentHash;
import io.tidemark.restore.replay.content.ExpectedContent;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the target's collections back and compares them with what replay meant to write. It proves
 * that every document arrived as computed and nothing else is there; that it was computed as the
 * server does is the matter of the tests on updates and transactions.
 */
public final class TargetCheck {
    private final ReplayTarget target;
    private final Problems problems;

    public TargetCheck(ReplayTarget target, Problems problems) {
        this.target = target;
        this.problems = problems;
    }

    /** By namespace, in order. */
    public Map<String, CollectionReport> run(Collection<CollectionState> collections) {
        Map<String, CollectionReport> reports = new TreeMap<>();
        for (CollectionState collection : collections) {
            if (collection.target() == target) {
                reports.put(collection.namespace().toString(), check(collection));
            }
        }
        return reports;
    }

    /** What a collection holds; compared with nothing. */
    public CollectionReport read(Namespace namespace) {
        ContentHash found = hash(namespace);
        return new CollectionReport(found.documents(), found.hex(), "read");
    }

    private CollectionReport check(CollectionState collection) {
        ContentHash found = hash(collection.namespace());
        ExpectedContent expected = collection.expected();
        // What a capped collection cut off is the target's own choice.
        boolean comparable = !collection.isCapped();
        if (comparable && !expected.matches(found)) {
            problems.add(
                    "Collection "
                            + collection.namespace()
                            + " holds "
                            + Counted.of(found.documents(), "document")
                            + " where replay wrote "
                            + expected.documents()
                            + (found.documents() == expected.documents()
                                    ? ", and their content differs."
                                    : "."));
        }
        return new CollectionReport(
                found.documents(), found.hex(), comparable ? "content" : "read");
    }

    private ContentHash hash(Namespace namespace) {
        ContentHash found = new ContentHash();
        target.scan(namespace, document -> found.add(ContentHash.of(document)));
        return found;
    }
}
