package io.tidemark.restore.previous;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.indexes.CollectionFinish;
import io.tidemark.restore.replay.IndexCatalogue;
import io.tidemark.restore.replay.IndexRefusedException;
import io.tidemark.restore.replay.content.ContentHash;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps what was there before a restore, under other names. Each step can be done again: a rename
 * is done or not, a copy counts when it has been compared, and only then its original goes. Until
 * all of it is set aside nothing of the restore is in the target, so a run that goes on can't take
 * one for the other.
 */
public final class SetAside {
    /** All that is kept is noted at once, so not too often; a copy that isn't is made again. */
    private static final int COPIES_AT_ONCE = 20;

    private final RestoreTarget target;
    private final Consumer<KeptPrevious> noted;
    private final MetadataCopy metadata;
    private List<HeldCollection> held = List.of();
    private final List<Namespace> copied = new ArrayList<>();
    private KeptPrevious kept;

    /**
     * @param kept what was decided, and how far an earlier run has come with it
     * @param balancer its document in {@code config.settings} before the restore
     * @param noted keeps how far it is, durably, before it goes on
     */
    public SetAside(
            RestoreTarget target,
            KeptPrevious kept,
            Optional<RawDocument> balancer,
            Consumer<KeptPrevious> noted) {
        this.target = target;
        this.kept = kept;
        this.noted = noted;
        this.metadata = new MetadataCopy(target, kept, balancer);
    }

    public void run() {
        Set<Namespace> present = target.collections().keySet();
        for (int i = 0; i < kept.collections().size(); i++) {
            KeptCollection one = kept.collections().get(i);
            if (one.how() == KeptCollection.How.RENAMED && !present.contains(one.place())) {
                rename(i, one);
            }
            KeptCollection now = kept.collections().get(i);
            if (now.isCopy()) {
                copy(i, now);
            }
            if (copied.size() >= COPIES_AT_ONCE) {
                dropOriginals();
            }
        }
        dropOriginals();
        note(kept.setAside());
    }

    private void note(KeptPrevious now) {
        kept = now;
        noted.accept(now);
    }

    /** What a server doesn't rename, such as a sharded collection, is copied. */
    private void rename(int index, KeptCollection one) {
        try {
            target.rename(one.name(), one.place());
        } catch (RestoreException.TargetRefused notThisOne) {
            // What was done and could not be confirmed (a write concern) is done.
            if (!target.collections().containsKey(one.place())) {
                note(kept.with(index, one.copied()));
            }
        }
    }

    private void copy(int index, KeptCollection one) {
        if (!one.whole()) {
            copy(one);
            kept = kept.with(index, one.asWhole());
        }
        if (one.how() == KeptCollection.How.COPIED) {
            copied.add(one.name());
        }
    }

    /** Those whose copies are whole, once that is noted. */
    private void dropOriginals() {
        note(kept);
        copied.forEach(target::drop);
        copied.clear();
    }

    private void copy(KeptCollection one) {
        HeldCollection original = original(one.name());
        // An earlier run's, perhaps not whole.
        target.drop(one.place());
        if (one.copyUuid().isPresent()
                && !target.create(one.place(), one.copyUuid(), original.options())
                        .equals(one.copyUuid())) {
            throw refused(one, "gave the copy another UUID than was asked for");
        } else if (one.copyUuid().isEmpty()) {
            target.create(one.place(), Optional.empty(), original.options());
        }
        boolean capped = original.options().find("capped").filter(RawElement::isTrue).isPresent();
        ContentHash written =
                new CollectionCopy(target, one.place(), capped)
                        .run(one.name(), document -> adapted(one, document));
        createIndexes(one, original);
        ContentHash found = new ContentHash();
        target.scan(one.place(), document -> found.add(ContentHash.of(document)));
        if (!found.hex().equals(written.hex()) || found.documents() != written.documents()) {
            throw refused(
                    one,
                    "has "
                            + Counted.of(found.documents(), "document")
                            + " in the copy where "
                            + written.documents()
                            + " were read"
                            + (found.documents() == written.documents()
                                    ? ", with another content"
                                    : ""));
        }
    }

    private Optional<RawDocument> adapted(KeptCollection one, RawDocument document) {
        return one.how() == KeptCollection.How.METADATA
                ? metadata.adapted(one.name(), document)
                : Optional.of(document);
    }

    private HeldCollection original(Namespace name) {
        if (held.isEmpty()) {
            held = target.held();
        }
        return held.stream()
                .filter(collection -> collection.namespace().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new RestoreException.TargetRefused(
                                        "Collection "
                                                + name
                                                + " of target "
                                                + target
                                                + " is gone before it could be kept. Does somebody"
                                                + " use the target?"));
    }

    /** What expires documents comes last; nothing expires during a restore. */
    private void createIndexes(KeptCollection one, HeldCollection original) {
        IndexCatalogue indexes = new IndexCatalogue();
        original.indexes().forEach(indexes::add);
        for (RawDocument specification : indexes.specifications()) {
            try {
                target.createIndex(
                        one.place(),
                        CollectionFinish.withCollation(specification, original.options()));
            } catch (IndexRefusedException e) {
                throw refused(one, "refused an index of the copy: " + e.getMessage());
            }
        }
    }

    private RestoreException refused(KeptCollection one, String why) {
        return new RestoreException.TargetRefused(
                "Target "
                        + target
                        + " can't keep "
                        + one.name()
                        + " as "
                        + one.place()
                        + ": it "
                        + why
                        + ". Nothing of it was removed. If somebody writes to the target, stop"
                        + " that and run the same again; else copy the collection yourself, and"
                        + " give --restart without --keep-previous.");
    }
}
