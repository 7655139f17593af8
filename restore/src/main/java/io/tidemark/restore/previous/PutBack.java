package io.tidemark.restore.previous;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives back what a restore that is taken back has kept: each collection has its name again. Can be
 * done again; what the restore had put under those names has gone.
 */
public final class PutBack {
    /** A server lets nobody drop them, and there are few documents in them. */
    private static final Set<String> BY_DOCUMENT = Set.of("shards", "version");

    private final RestoreTarget target;
    private final KeptPrevious kept;

    public PutBack(RestoreTarget target, KeptPrevious kept) {
        this.target = target;
        this.kept = kept;
    }

    public void run() {
        Set<Namespace> present = target.collections().keySet();
        for (KeptCollection one : kept.collections()) {
            if (one.how() == KeptCollection.How.DEFINED) {
                define(one, present);
            } else if (one.how() == KeptCollection.How.ABSENT) {
                remove(one, present);
            } else if (present.contains(one.place())) {
                putBack(one, present);
            }
        }
    }

    private void define(KeptCollection view, Set<Namespace> present) {
        if (!present.contains(view.name())) {
            target.create(view.name(), Optional.empty(), view.definition().orElseThrow());
        }
    }

    /** All but the account that this is done with, should it have been made meanwhile. */
    private void remove(KeptCollection accounts, Set<Namespace> present) {
        if (present.contains(accounts.name())) {
            write(accounts.name(), deletesBut(accounts, Set.of()));
        }
    }

    private void putBack(KeptCollection one, Set<Namespace> present) {
        if (one.isCopy() && !one.whole() && present.contains(one.name())) {
            // The original.
            target.drop(one.place());
        } else if (isByDocument(one) && present.contains(one.name())) {
            putBackDocuments(one);
        } else {
            target.drop(one.name());
            target.rename(one.place(), one.name());
        }
    }

    private static boolean isByDocument(KeptCollection one) {
        return one.how() == KeptCollection.How.ACCOUNTS || isByDocument(one.name());
    }

    static boolean isByDocument(Namespace name) {
        return name.database().equals("config") && BY_DOCUMENT.contains(name.collection());
    }

    private void putBackDocuments(KeptCollection one) {
        List<DocumentWrite> writes = new ArrayList<>();
        Set<DocumentId> wanted = new HashSet<>();
        target.scan(
                one.place(),
                document -> {
                    RawDocument own = RawDocument.of(document.toBytes());
                    DocumentId id = DocumentId.ofDocument(own);
                    wanted.add(id);
                    writes.add(new DocumentWrite.Put(id, own, false));
                });
        writes.addAll(deletesBut(one, wanted));
        write(one.name(), writes);
        target.drop(one.place());
    }

    private List<DocumentWrite> deletesBut(KeptCollection one, Set<DocumentId> wanted) {
        List<DocumentWrite> deletes = new ArrayList<>();
        target.scan(
                one.name(),
                document -> {
                    DocumentId id = DocumentId.ofDocument(document);
                    if (!wanted.contains(id) && !isOurs(one, document)) {
                        deletes.add(new DocumentWrite.Delete(id));
                    }
                });
        return deletes;
    }

    private void write(Namespace name, List<DocumentWrite> writes) {
        if (!writes.isEmpty()) {
            target.write(name, writes);
        }
    }

    /** Whoever made an account to take the restore back as is not locked out by it. */
    private boolean isOurs(KeptCollection one, RawDocument document) {
        boolean account =
                one.how() == KeptCollection.How.ACCOUNTS || one.how() == KeptCollection.How.ABSENT;
        return account && document.string("_id").filter(target.connectedAs()::contains).isPresent();
    }
}
