package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.indexes.CollectionFinish;
import io.tidemark.restore.indexes.ViewFinish;
import io.tidemark.restore.previous.CollectionCopy;
import io.tidemark.restore.replay.Problems;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives whole and verified collections their names: what is in the way goes aside, then all of them
 * come. What fails on the way is undone, so the target has either all of the new ones or what it
 * had; what is cut off goes on where its log says, or is undone by whoever takes it back.
 */
final class Landing {
    private final RestoreTarget target;
    private final Problems problems;
    private final PreviousCollections previous;
    private final LandingLog log;

    /** Copied, and no longer needed once all have their names. */
    private final List<Namespace> waiting = new ArrayList<>();

    /**
     * @param log has begun
     */
    Landing(RestoreTarget target, Problems problems, PreviousCollections previous, LandingLog log) {
        this.target = target;
        this.problems = problems;
        this.previous = previous;
        this.log = log;
    }

    /**
     * @param keeps whether what is in the way must stay under another name
     */
    void run(List<MergedCollection> collections, List<ViewFinish> views, boolean keeps) {
        List<MergedCollection> renamed =
                collections.stream().filter(MergedCollection::isRenamed).toList();
        List<MergedCollection> copied = collections.stream().filter(c -> !c.isRenamed()).toList();
        try {
            makeRoom(keeps);
            name(renamed, copied);
        } catch (RuntimeException e) {
            undo();
            throw e;
        }
        finish(copied, problems);
        views.forEach(ViewFinish::run);
        if (!keeps) {
            previous.discard();
        }
    }

    /** Indexes, changed options and expiry; of copies once they have their name. */
    static void finish(List<MergedCollection> collections, Problems problems) {
        new CollectionFinish(collections.stream().map(MergedCollection::state).toList(), problems)
                .run();
    }

    private void makeRoom(boolean keeps) {
        Set<Namespace> present = target.collections().keySet();
        for (Namespace name : log.inTheWay()) {
            if (present.contains(previous.placeOf(name))) {
                previous.wasSetAside(name);
            } else if (log.hasRoom() || !present.contains(name)) {
                previous.wasDropped(name);
            } else {
                remove(name, keeps);
            }
        }
        if (!log.hasRoom()) {
            log.room();
        }
    }

    private void remove(Namespace name, boolean keeps) {
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

    private void name(List<MergedCollection> renamed, List<MergedCollection> copied) {
        Set<Namespace> present = new HashSet<>(target.collections().keySet());
        for (MergedCollection collection : copied) {
            Namespace place = collection.place();
            if (!log.isNamed()) {
                copy(collection);
            }
            collection.shard().landed(collection.source(), collection.name());
            waiting.add(place);
        }
        for (MergedCollection collection : renamed) {
            // A place is used once: what is there no more has its name.
            if (present.contains(collection.place())) {
                target.rename(collection.place(), collection.name());
            }
            collection.shard().landed(collection.source(), collection.name());
        }
        if (!log.isNamed()) {
            log.named();
        }
        waiting.forEach(place -> StagedShard.dropPlace(target, place));
    }

    private void copy(MergedCollection collection) {
        if (log.copied().contains(collection.name())) {
            // An earlier run's, perhaps not whole.
            StagedShard.dropPlace(target, collection.name());
        } else {
            log.copies(collection.name());
        }
        target.create(collection.name(), Optional.empty(), collection.state().options());
        // The order of capped ones is part of their content.
        boolean inOrder = collection.state().isCapped();
        new CollectionCopy(target, collection.name(), inOrder).run(collection.place());
    }

    /**
     * As before it began: the collections wait in their places, and what was there has its name.
     */
    void undo() {
        if (log.isNamed()) {
            return;
        }
        if (!log.isUndone()) {
            log.undoing();
        }
        if (!log.isCleared()) {
            clear();
            log.cleared();
        }
        previous.putBack(log.inTheWay());
        log.undone();
    }

    private void clear() {
        Set<Namespace> present = target.collections().keySet();
        for (LandingLog.Whole whole : log.verified().values()) {
            if (log.copied().contains(whole.name())) {
                StagedShard.dropPlace(target, whole.name());
            } else if (whole.renamed() && !present.contains(whole.place())) {
                target.rename(whole.name(), whole.place());
            }
        }
    }
}
