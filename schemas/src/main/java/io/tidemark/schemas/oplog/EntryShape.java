package io.tidemark.schemas.oplog;

import io.tidemark.schemas.avro.RecordKind;

/**
 * What an entry is, and when its operations take effect.
 *
 * <table><caption>Shapes</caption>
 * <tr><th>shape</th><th>the entry</th><th>its operations take effect</th></tr>
 * <tr><td>INSERT, UPDATE, DELETE</td><td>{@code op} i, u, d</td><td>now</td></tr>
 * <tr><td>BATCH</td><td>applyOps without a session: batched writes, or a user's applyOps</td><td>now, together</td></tr>
 * <tr><td>VECTORED_INSERT</td><td>applyOps with {@code multiOpType: 1} (8.0)</td><td>now; no transaction</td></tr>
 * <tr><td>TRANSACTION_WHOLE</td><td>applyOps of a session, the first and only one</td><td>now, together</td></tr>
 * <tr><td>TRANSACTION_PART</td><td>{@code partialTxn: true}</td><td>with the chain's end</td></tr>
 * <tr><td>TRANSACTION_END</td><td>the last applyOps of a chain</td><td>now, with all parts before</td></tr>
 * <tr><td>PREPARE</td><td>{@code prepare: true}, maybe after parts, maybe empty</td><td>if and when committed</td></tr>
 * <tr><td>COMMIT, ABORT</td><td>the outcome of a PREPARE; ABORT also ends a chain of parts</td><td>at commitTimestamp</td></tr>
 * <tr><td>DDL</td><td>every other command</td><td>now</td></tr>
 * <tr><td>NOOP</td><td>{@code op} n</td><td>never: it carries facts only</td></tr>
 * <tr><td>UNKNOWN</td><td>an {@code op} this version doesn't know</td><td>archived always, replay stops</td></tr>
 * </table>
 */
public enum EntryShape {
    INSERT(RecordKind.CRUD),
    UPDATE(RecordKind.CRUD),
    DELETE(RecordKind.CRUD),
    BATCH(RecordKind.TXN),
    VECTORED_INSERT(RecordKind.TXN),
    TRANSACTION_WHOLE(RecordKind.TXN),
    TRANSACTION_PART(RecordKind.TXN),
    TRANSACTION_END(RecordKind.TXN),
    PREPARE(RecordKind.TXN),
    COMMIT(RecordKind.TXN),
    ABORT(RecordKind.TXN),
    DDL(RecordKind.DDL),
    NOOP(RecordKind.NOOP),
    UNKNOWN(RecordKind.OTHER);

    private final RecordKind recordKind;

    EntryShape(RecordKind recordKind) {
        this.recordKind = recordKind;
    }

    /** What consumers of the topic filter by. */
    public RecordKind recordKind() {
        return recordKind;
    }

    /**
     * True for the entries of a multi-document transaction, which belong together by their chain.
     */
    public boolean isTransactionChain() {
        return switch (this) {
            case TRANSACTION_WHOLE, TRANSACTION_PART, TRANSACTION_END, PREPARE, COMMIT, ABORT ->
                    true;
            default -> false;
        };
    }

    static EntryShape of(OplogEntry entry) {
        return switch (entry.op()) {
            case "i" -> INSERT;
            case "u" -> UPDATE;
            case "d" -> DELETE;
            case "n" -> NOOP;
            case "c" -> ofCommand(entry);
            default -> UNKNOWN;
        };
    }

    private static EntryShape ofCommand(OplogEntry entry) {
        return switch (entry.commandName().orElse("")) {
            case "applyOps" -> ofApplyOps(entry);
            case "commitTransaction" -> COMMIT;
            case "abortTransaction" -> ABORT;
            case "" -> UNKNOWN;
            default -> DDL;
        };
    }

    private static EntryShape ofApplyOps(OplogEntry entry) {
        if (!entry.hasSession()) {
            return BATCH;
        }
        if (entry.isVectored()) {
            return VECTORED_INSERT;
        }
        if (entry.o().find("partialTxn").filter(f -> f.isTrue()).isPresent()) {
            return TRANSACTION_PART;
        }
        if (entry.o().find("prepare").filter(f -> f.isTrue()).isPresent()) {
            return PREPARE;
        }
        return entry.previousOptime().isPresent() ? TRANSACTION_END : TRANSACTION_WHOLE;
    }
}
