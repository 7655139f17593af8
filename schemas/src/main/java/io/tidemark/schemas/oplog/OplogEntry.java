package io.tidemark.schemas.oplog;

import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.bson.FieldWalk;
import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.TransactionKey;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * One entry of a replica set's {@code local.oplog.rs}: the raw bytes, and views of the few fields
 * that decide its way. The bytes are never re-encoded; fields unknown to this version survive in
 * them.
 */
public final class OplogEntry {
    private static final long FORMAT_VERSION = 2;
    private final RawDocument raw;
    private final OplogFields fields;
    private final Optime optime;
    private final String op;
    private final EntryShape shape;

    // Found when first asked for, by whichever thread: each finds the same.
    private String ns;

    private OplogEntry(RawDocument raw) {
        this.raw = raw;
        this.fields = OplogFields.of(raw);
        this.optime = requireOptime();
        requireKnownFormat();
        this.op = fields.op() == null ? "" : kindOf(fields.op());
        this.shape = EntryShape.of(this);
    }

    /**
     * @param bson the entry as the server gave it; kept, so the caller must not change it
     *     afterwards
     * @throws io.tidemark.schemas.bson.MalformedBsonException if the bytes are not a BSON document
     * @throws MalformedEntryException if the document has no {@code ts} or a format version other
     *     than 2
     */
    public static OplogEntry of(byte[] bson) {
        return of(RawDocument.of(bson));
    }

    /** As {@link #of(byte[])}, over a view. */
    public static OplogEntry of(RawDocument raw) {
        return new OplogEntry(raw);
    }

    /** The whole entry. */
    public RawDocument raw() {
        return raw;
    }

    public Optime optime() {
        return optime;
    }

    public ClusterTime clusterTime() {
        return optime.clusterTime();
    }

    public EntryShape shape() {
        return shape;
    }

    /** The kind as the server writes it: i, u, d, c, n, or one unknown to this version. */
    public String op() {
        return op;
    }

    /** The namespace at the time of the entry; empty for most noops. */
    public String ns() {
        String known = ns;
        if (known == null) {
            RawElement field = fields.ns();
            known = field == null ? "" : field.string().orElse("");
            ns = known;
        }
        return known;
    }

    /** {@code ui}; absent on dropDatabase, transaction commands and many noops. */
    public Optional<UUID> collectionUuid() {
        return Optional.ofNullable(fields.ui()).flatMap(RawElement::uuid);
    }

    /** The payload. */
    public RawDocument o() {
        return document(fields.o())
                .orElseThrow(() -> new MalformedEntryException("entry " + optime + " has no o"));
    }

    /**
     * For whoever judges entries that nobody needs yet: only a replay asks for what they hold.
     *
     * @throws MalformedEntryException if the entry wrote something and does not say what: an i, u,
     *     d or c without {@code o}
     */
    public void requirePayload() {
        switch (op) {
            case "i", "u", "d", "c" -> o();
            default -> {
                // What else there is needs none, or is not known to need one.
            }
        }
    }

    /** Document key of an update; old options or counts of a command; the message of a noop. */
    public Optional<RawDocument> o2() {
        return document(fields.o2());
    }

    /** Unix milliseconds of the primary's clock; not monotonic: never order by it. */
    public OptionalLong wallMillis() {
        RawElement wall = fields.wall();
        return wall == null ? OptionalLong.empty() : wall.dateMillis();
    }

    /** Written by a chunk migration, range deletion or resharding, hidden from users. */
    public boolean fromMigrate() {
        RawElement flag = fields.fromMigrate();
        return flag != null && flag.isTrue();
    }

    /** For {@code op: "c"} the command's name: the first key of {@code o}. */
    public Optional<String> commandName() {
        return op.equals("c")
                ? document(fields.o()).flatMap(RawDocument::first).map(RawElement::name)
                : Optional.empty();
    }

    /**
     * The session chain that the entry belongs to: {@code {lsid, txnNumber}} of a transaction or a
     * retryable write. An internal transaction that can't be retried has no txnNumber: its lsid
     * alone names it.
     */
    public Optional<TransactionKey> transactionKey() {
        RawElement lsid = fields.lsid();
        if (lsid == null) {
            return Optional.empty();
        }
        RawElement txnNumber = fields.txnNumber();
        RawDocumentBuilder key = new RawDocumentBuilder(128).append("lsid", lsid);
        OptionalLong number = txnNumber == null ? OptionalLong.empty() : txnNumber.number();
        number.ifPresent(n -> key.appendInt64("txnNumber", n));
        return Optional.of(new TransactionKey(key.build()));
    }

    /**
     * The previous entry of the same session chain; empty where there is none, or it is the null
     * value.
     */
    public Optional<Optime> previousOptime() {
        return document(fields.prevOpTime()).flatMap(OplogFields::optime).filter(o -> !o.isNone());
    }

    /**
     * Of a COMMIT: the cluster time at which the transaction's operations became visible on all
     * shards.
     */
    public Optional<ClusterTime> commitTimestamp() {
        return shape == EntryShape.COMMIT
                ? o().find("commitTimestamp").flatMap(OplogFields::clusterTime)
                : Optional.empty();
    }

    /** Of the last entry of a multi-entry chain: how many operations the whole chain has. */
    public OptionalLong operationCount() {
        return o().find("count").map(RawElement::number).orElse(OptionalLong.empty());
    }

    /**
     * How many single operations the entry itself carries: of {@code applyOps} the elements of its
     * list, of any other one. A damaged list counts as far as it can be read: whoever replays the
     * entry says what is wrong with it.
     */
    public int carriedOperations() {
        if (shape.recordKind() != RecordKind.TXN) {
            return 1;
        }
        int operations = 0;
        try {
            FieldWalk list = o().document("applyOps").map(RawDocument::walk).orElse(null);
            while (list != null && list.next()) {
                operations++;
            }
        } catch (MalformedBsonException damaged) {
            return Math.max(1, operations);
        }
        return Math.max(1, operations);
    }

    /** The field {@code _id} of the document that an i, u or d is about. */
    public Optional<RawElement> documentId() {
        return switch (shape) {
            case INSERT, DELETE -> document(fields.o()).flatMap(o -> o.find("_id"));
            case UPDATE -> o2().flatMap(key -> key.find("_id"));
            default -> Optional.empty();
        };
    }

    /**
     * 8.0 writes {@code multiOpType: 1} on applyOps entries that are independent of the others of
     * their chain.
     */
    boolean isVectored() {
        RawElement type = fields.multiOpType();
        return type != null && type.number().orElse(0) == 1;
    }

    boolean hasSession() {
        return fields.lsid() != null;
    }

    OplogFields fields() {
        return fields;
    }

    /**
     * What a field {@code op} says, of an entry or an element of {@code applyOps}: the known kinds
     * without making a string of each; empty if it is no string.
     */
    public static String kindOf(RawElement field) {
        boolean oneLetter = field.typeByte() == 0x02 && field.valueSizeBytes() == 6;
        return switch (oneLetter ? field.array()[field.valueStart() + 4] : 0) {
            case 'i' -> "i";
            case 'u' -> "u";
            case 'd' -> "d";
            case 'c' -> "c";
            case 'n' -> "n";
            default -> field.string().orElse("");
        };
    }

    private static Optional<RawDocument> document(RawElement element) {
        return element == null ? Optional.empty() : element.document();
    }

    private Optime requireOptime() {
        Optional<ClusterTime> ts =
                Optional.ofNullable(fields.ts()).flatMap(OplogFields::clusterTime);
        RawElement t = fields.t();
        long term = t == null ? -1 : t.number().orElse(-1);
        return ts.map(time -> new Optime(time, term))
                .orElseThrow(
                        () ->
                                new MalformedEntryException(
                                        "a document of "
                                                + raw.sizeBytes()
                                                + " bytes has no timestamp 'ts': it is no oplog"
                                                + " entry"));
    }

    private void requireKnownFormat() {
        RawElement v = fields.v();
        long version = v == null ? FORMAT_VERSION : v.number().orElse(-1);
        if (version != FORMAT_VERSION) {
            throw new MalformedEntryException(
                    "entry "
                            + optime
                            + " has oplog format version "
                            + version
                            + "; only version 2 (MongoDB 3.2 and later) is known");
        }
    }

    @Override
    public String toString() {
        return optime + " " + op() + " " + ns();
    }
}
