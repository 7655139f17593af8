package io.tidemark.storage.slice;

import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.TransactionKey;
import java.util.Optional;

/**
 * A transaction of which the oplog holds operations and no outcome yet.
 *
 * @param first the chain's first entry: replay that needs the transaction begins there
 * @param prepared the entry that prepared it; empty while only parts are written
 */
public record OpenTransaction(TransactionKey key, Optime first, Optional<Optime> prepared) {}
