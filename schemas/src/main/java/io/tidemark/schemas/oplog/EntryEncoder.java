package io.tidemark.schemas.oplog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.wire.WireFormat;
import java.util.List;
import java.util.OptionalLong;
import org.apache.avro.Schema;

/**
 * The record of an entry as the bytes that go to its topic, straight from the entry's BSON: the
 * same key as {@link OplogRecords#key} and the same value as a serializer makes of {@link
 * OplogRecords#of}, byte for byte, without the objects in between. Capture makes one of every write
 * to the cluster; nothing else is done as often. One thread at a time.
 */
public final class EntryEncoder {
    /** Fields of the schema behind {@code entry}: an entry's record has none of them. */
    private static final int FIELDS_BEHIND = fieldsBehindEntry();

    private final byte[] incarnation;
    private final AvroBytes out = new AvroBytes();

    /**
     * @param schemaId of {@code OplogRecord}'s schema in the registry
     */
    public EntryEncoder(int schemaId, Incarnation incarnation) {
        this.incarnation = incarnation.id().getBytes(US_ASCII);
        out.header(schemaId);
    }

    /** The record's value: Confluent's header, then Avro in the order of the schema's fields. */
    public byte[] value(OplogEntry entry) {
        OplogFields fields = entry.fields();
        RawDocument raw = entry.raw();
        out.startOver(WireFormat.HEADER_BYTES);
        out.number(entry.shape().recordKind().ordinal());
        out.number(entry.clusterTime().seconds());
        out.number(entry.clusterTime().increment());
        out.number(entry.optime().term());
        out.number(incarnation.length);
        out.raw(incarnation, 0, incarnation.length);
        wallMillis(entry.wallMillis());
        out.present();
        text(fields.op(), entry.op());
        text(fields.ns(), entry.ns());
        collectionUuid(fields.ui());
        documentKey(entry.documentId().orElse(null));
        transactionKey(fields.lsid(), fields.txnNumber());
        out.flag(entry.fromMigrate());
        out.absent(); // gapAfter
        out.absent(); // reason
        out.absent(); // role
        out.absent(); // shards
        out.present();
        out.number(raw.sizeBytes());
        return out.followedBy(raw, FIELDS_BEHIND);
    }

    /** The record's key: as {@link OplogRecords#key} describes it. */
    public byte[] key(OplogEntry entry) {
        out.startOver(WireFormat.HEADER_BYTES);
        RawElement ns = entry.fields().ns();
        if (isAscii(ns)) {
            out.raw(ns.array(), ns.valueStart() + 4, ns.end() - 1);
        } else {
            out.utf8(entry.ns());
        }
        RawElement id = entry.documentId().orElse(null);
        if (id != null) {
            out.flag(false); // the NUL between namespace and _id
            idDocument(id);
        }
        return out.from(WireFormat.HEADER_BYTES);
    }

    private static int fieldsBehindEntry() {
        List<Schema.Field> fields = OplogRecord.getClassSchema().getFields();
        return fields.size() - 1 - OplogRecord.getClassSchema().getField("entry").pos();
    }

    private void wallMillis(OptionalLong millis) {
        if (millis.isEmpty()) {
            out.absent();
            return;
        }
        out.present();
        out.number(millis.getAsLong());
    }

    private void text(RawElement field, String decoded) {
        if (!isAscii(field)) {
            // Decoded and encoded again: bytes that are no UTF-8 are replaced on the way.
            out.text(decoded);
            return;
        }
        out.number(field.valueSizeBytes() - 5);
        out.raw(field.array(), field.valueStart() + 4, field.end() - 1);
    }

    private void collectionUuid(RawElement ui) {
        if (ui == null || !ui.isUuid()) {
            out.absent();
            return;
        }
        out.present();
        out.uuid(ui.array(), ui.end() - 16);
    }

    private void documentKey(RawElement id) {
        if (id == null) {
            out.absent();
            return;
        }
        out.present();
        out.number(idDocumentBytes(id));
        idDocument(id);
    }

    private static int idDocumentBytes(RawElement id) {
        return 4 + id.end() - id.start() + 1;
    }

    private void idDocument(RawElement id) {
        out.int32(idDocumentBytes(id));
        out.raw(id.array(), id.start(), id.end());
        out.zero();
    }

    private void transactionKey(RawElement lsid, RawElement txnNumber) {
        if (lsid == null) {
            out.absent();
            return;
        }
        OptionalLong number = txnNumber == null ? OptionalLong.empty() : txnNumber.number();
        int bytes = 4 + lsid.end() - lsid.start() + (number.isPresent() ? 19 : 0) + 1;
        out.present();
        out.number(bytes);
        out.int32(bytes);
        out.raw(lsid.array(), lsid.start(), lsid.end());
        if (number.isPresent()) {
            out.int64Field("txnNumber", number.getAsLong());
        }
        out.zero();
    }

    private static boolean isAscii(RawElement text) {
        if (text == null || text.typeByte() != 0x02) {
            return false;
        }
        for (int i = text.valueStart() + 4; i < text.end() - 1; i++) {
            if (text.array()[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
