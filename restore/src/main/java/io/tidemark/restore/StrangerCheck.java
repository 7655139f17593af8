package io.tidemark.restore;

import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.HashSet;
import java.util.Set;

/** Finds collections in a target that the restore did not put there. */
final class StrangerCheck {
    private final Set<Namespace> known;

    StrangerCheck(ReplicaSetRestore restore, Set<Namespace> restored) {
        known = new HashSet<>(restored);
        for (Namespace views : restore.metadata().collections().keySet()) {
            if (views.collection().equals("system.views")) {
                for (RawDocument view : restore.metadata().documents(views)) {
                    view.string("_id").flatMap(Namespace::parse).ifPresent(known::add);
                }
            }
        }
    }

    void run(TargetFacts target, Problems problems) {
        for (Namespace found : target.userCollections()) {
            boolean ours =
                    known.contains(found)
                            || known.contains(
                                    found.withCollection("system.buckets." + found.collection()))
                            || found.collection().equals("system.views")
                            || PreviousNames.isKept(found);
            if (!ours) {
                problems.add(
                        "Collection "
                                + found
                                + " is in target "
                                + target.address()
                                + " but not in the archive: does somebody use the target?");
            }
        }
    }
}
