package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.indexes.CollectionFinish;
import io.tidemark.restore.indexes.ViewFinish;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.Problems;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives whole and verified collections their names: what is in the way goes aside, then all of them
 * come. Whatever fails on the way is undone, so the target has either all of the new ones or what
 * it had.
 */
final class Landing {
    private static final int AT_ONCE = 1_000;

    private final RestoreTarget target;
    private final Problems problems;
    private final PreviousCollections previous;
    private final List<MergedCollection> landed = new ArrayList<>();

    Landing(RestoreTarget target, Problems problems, PreviousCollections previous) {
        this.target = target;
        this.problems = problems;
        this.previous = previous;
    }

    /**
     * @param inTheWay names that are taken
     * @param keeps whether what has them must stay under another name
     */
    void run(
            List<MergedCollection> collections,
            List<ViewFinish> views,
            List<Namespace> inTheWay,
            boolean keeps) {
        List<MergedCollection> renamed =
                collections.stream().filter(MergedCollection::isRenamed).toList();
        List<MergedCollection> copied = collections.stream().filter(c -> !c.isRenamed()).toList();
        finish(renamed);
        try {
            makeRoom(inTheWay, keeps);
            copied.forEach(this::copy);
            renamed.forEach(this::rename);
        } catch (RuntimeException e) {
            undo();
            throw e;
        }
        finish(copied);
        views.forEach(ViewFinish::run);
        if (!keeps) {
            previous.discard();
        }
    }

    /** Indexes, changed options and expiry; of copies once they have their name. */
    private void finish(List<MergedCollection> collections) {
        new CollectionFinish(collections.stream().map(MergedCollection::state).toList(), problems)
                .run();
    }

    private void makeRoom(List<Namespace> inTheWay, boolean keeps) {
        for (Namespace name : inTheWay) {
            if (name.collection().startsWith("system.")) {
                // Buckets and definitions of views go with what they belong to.
                continue;
            }
            try {
                previous.setAside(name);
            } catch (RestoreException.TargetRefused e) {
                if (keeps) {
                    throw new RestoreException.TargetRefused(
                            "Target "
                                    + target
                                    + " can't rename "
                                    + name
                                    + " aside, as it would for a view or a time-series"
                                    + " collection. Remove it yourself, or leave out"
                                    + " --keep-previous. The target is as it was. ("
                                    + e.getMessage()
                                    + ")",
                            e);
                }
                previous.drop(name);
            }
        }
    }

    private void rename(MergedCollection collection) {
        collection.shard().land(collection.source(), collection.name());
        landed.add(collection);
    }

    private void copy(MergedCollection collection) {
        target.create(collection.name(), Optional.empty(), collection.state().options());
        landed.add(collection);
        List<DocumentWrite> some = new ArrayList<>();
        collection
                .shard()
                .scan(
                        collection.source(),
                        document -> {
                            RawDocument own = RawDocument.of(document.toBytes());
                            DocumentId id = DocumentId.ofDocument(own);
                            some.add(new DocumentWrite.Put(id, own, true));
                            if (some.size() == AT_ONCE) {
                                write(collection, some);
                            }
                        });
        write(collection, some);
        collection.shard().drop(collection.source());
        collection.shard().landed(collection.source(), collection.name());
    }

    private void write(MergedCollection collection, List<DocumentWrite> some) {
        if (some.isEmpty()) {
            return;
        }
        if (collection.state().isCapped()) {
            // Their order is part of their content.
            target.writeInOrder(collection.name(), some);
        } else {
            target.write(collection.name(), some);
        }
        some.clear();
    }

    private void undo() {
        for (MergedCollection collection : landed) {
            target.drop(Naming.seriesOf(collection.name()));
            target.drop(collection.name());
        }
        landed.clear();
        previous.putBack();
    }
}
