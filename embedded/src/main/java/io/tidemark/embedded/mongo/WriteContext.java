package io.tidemark.embedded.mongo;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Circumstances of a write that show in its oplog entry.
 *
 * @param fromMigrate written by a chunk migration or the range deleter
 * @param bypassValidation do not check the collection's validator
 * @param retryable session and transaction number of a retryable write
 * @param firstStatement statement id of the first document of a retryable write
 * @param transaction the multi-document transaction this write is part of; begun if not known yet
 */
public record WriteContext(
        boolean fromMigrate,
        boolean bypassValidation,
        Optional<TransactionId> retryable,
        OptionalInt firstStatement,
        Optional<TransactionId> transaction) {

    private static final WriteContext PLAIN =
            new WriteContext(false, false, Optional.empty(), OptionalInt.empty(), Optional.empty());

    public WriteContext {
        if (retryable.isPresent() && transaction.isPresent()) {
            throw new IllegalArgumentException(
                    "A write is either retryable or part of a transaction, not both");
        }
    }

    /** No session, not from a migration, validated. */
    public static WriteContext plain() {
        return PLAIN;
    }

    /** A write of a chunk migration; such writes also bypass validation. */
    public static WriteContext migration() {
        return new WriteContext(
                true, true, Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    public static WriteContext in(TransactionId transaction) {
        return new WriteContext(
                false, false, Optional.empty(), OptionalInt.empty(), Optional.of(transaction));
    }

    public static WriteContext retryable(TransactionId id, int firstStatement) {
        return new WriteContext(
                false, false, Optional.of(id), OptionalInt.of(firstStatement), Optional.empty());
    }
}
