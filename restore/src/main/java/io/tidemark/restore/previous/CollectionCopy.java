package io.tidemark.restore.previous;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.replay.content.ContentHash;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Copies documents from one collection of a target into another, byte by byte. Through here, as the
 * server's own ways don't serve all: {@code $out} takes neither capped collections nor the
 * databases {@code admin} and {@code config}, and no collection's documents that its validator
 * refuses today.
 */
public final class CollectionCopy {
    private static final int MOST_DOCUMENTS = 1_000;
    private static final int MOST_BYTES = 16 << 20;

    private final ReplayTarget target;
    private final Namespace to;
    private final boolean inOrder;
    private final ContentHash written = new ContentHash();
    private final List<DocumentWrite> some = new ArrayList<>();
    private long bytes;

    /**
     * @param to is there, and empty
     * @param inOrder whether the order is part of the content, as in capped collections
     */
    public CollectionCopy(ReplayTarget target, Namespace to, boolean inOrder) {
        this.target = target;
        this.to = to;
        this.inOrder = inOrder;
    }

    /** Copies all documents; gives what was written. */
    public ContentHash run(Namespace from) {
        return run(from, Optional::of);
    }

    /**
     * @param adapted what is written instead of a document; nothing if it is left out
     */
    ContentHash run(Namespace from, Function<RawDocument, Optional<RawDocument>> adapted) {
        target.scan(from, document -> adapted.apply(document).ifPresent(this::add));
        write();
        return written;
    }

    private void add(RawDocument document) {
        RawDocument own = RawDocument.of(document.toBytes());
        written.add(ContentHash.of(own));
        some.add(new DocumentWrite.Put(DocumentId.ofDocument(own), own, true));
        bytes += own.sizeBytes();
        if (some.size() >= MOST_DOCUMENTS || bytes >= MOST_BYTES) {
            write();
        }
    }

    private void write() {
        if (some.isEmpty()) {
            return;
        }
        if (inOrder) {
            target.writeInOrder(to, some);
        } else {
            target.write(to, some);
        }
        some.clear();
        bytes = 0;
    }
}
