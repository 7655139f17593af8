package io.tidemark.restore.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Operations on a capped collection that an earlier run may have done already. They were done one
 * after the other, and doing them again would change the order of the documents and what is cut
 * off. The newest document of the target tells how far that run came: what it was inserted by, and
 * all before, is done. What follows an insert up to the next one changes nothing when it is done
 * twice.
 */
final class CappedRepeat {
    private final Optional<DocumentId> newest;
    private final List<Operation> open = new ArrayList<>();

    CappedRepeat(CollectionState collection) {
        this.newest =
                collection.target().newest(collection.namespace()).map(DocumentId::ofDocument);
    }

    void add(Operation operation) {
        open.add(operation);
        boolean done =
                operation.op().equals("i")
                        && newest.filter(DocumentId.of(operation.documentId())::equals).isPresent();
        if (done) {
            open.clear();
        }
    }

    /** What the earlier run has not done. */
    List<Operation> open() {
        return open;
    }
}
