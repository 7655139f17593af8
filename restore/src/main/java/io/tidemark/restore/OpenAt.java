package io.tidemark.restore;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.slice.OpenTransaction;
import io.tidemark.storage.slice.OpenTransactions;
import java.util.List;
import java.util.Optional;

/**
 * Finds the transactions that are prepared at a time without outcome, from what the slice before
 * says of itself and the entries of one slice: without replaying anything.
 */
final class OpenAt {
    private OpenAt() {}

    static List<OpenTransaction> preparedAt(EntrySource oplog, ClusterTime to) {
        Optional<Chain.Link> last =
                oplog.plan().links().stream()
                        .filter(link -> link.readThrough().isBefore(to))
                        .reduce((earlier, later) -> later);
        ClusterTime after = last.map(Chain.Link::readThrough).orElse(oplog.plan().replayAfter());
        OpenTransactions open =
                new OpenTransactions(
                        last.map(link -> oplog.openAfter(link.slice())).orElse(List.of()));
        try (EntryStream entries = oplog.read(after, to)) {
            entries.forEachRemaining(open::apply);
        }
        return open.list().stream().filter(t -> t.prepared().isPresent()).toList();
    }
}
