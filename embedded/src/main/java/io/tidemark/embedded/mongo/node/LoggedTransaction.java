package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.Optime;
import java.util.List;

/**
 * Where a transaction stands in the log, kept until no rollback can cut it.
 *
 * @param chain optimes of its operation entries; the last one commits or prepares it
 * @param outcome optime of a prepared transaction's commit or abort entry, or null
 */
record LoggedTransaction(Transaction transaction, List<Optime> chain, Optime outcome) {
    LoggedTransaction {
        chain = List.copyOf(chain);
    }

    boolean startedBy(long position) {
        return chain.get(0).ts() <= position;
    }

    boolean whollyLoggedBy(long position) {
        return chain.get(chain.size() - 1).ts() <= position;
    }

    boolean decidedBy(long position) {
        return outcome != null && outcome.ts() <= position;
    }

    long lastTs() {
        return outcome != null ? outcome.ts() : chain.get(chain.size() - 1).ts();
    }
}
