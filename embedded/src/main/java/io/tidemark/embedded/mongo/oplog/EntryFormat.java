package io.tidemark.embedded.mongo.oplog;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.raw.RawBuilder;

/**
 * Writes entries with the fields, types and order of a server version. The order follows the
 * server's own definition of an entry (db/repl/oplog_entry.idl) and real logs: 4.4 writes {@code ts
 * t wall v}, later ones {@code ts t v wall}; {@code stmtId} and {@code fromMigrate} moved before
 * {@code ts} in 6.0.
 */
public final class EntryFormat {
    private static final long ENTRY_VERSION = 2;

    private final ServerVersion version;
    private final boolean wallBeforeVersion;
    private final boolean statementsInOperation;

    public EntryFormat(ServerVersion version) {
        this.version = version;
        this.wallBeforeVersion = !version.atLeast(ServerVersion.V5_0);
        this.statementsInOperation = version.atLeast(ServerVersion.V6_0);
    }

    public ServerVersion version() {
        return version;
    }

    /** Whether inserts carry their document key in {@code o2}. */
    public boolean insertsCarryKey() {
        return version.atLeast(ServerVersion.V8_0);
    }

    /** A whole entry. */
    public byte[] entry(EntryFields fields, long ts, long term, long wallMillis) {
        RawBuilder out = new RawBuilder(fields.o.length + 192);
        if (fields.lsid != null) {
            out.document("lsid", fields.lsid);
        }
        if (fields.txnNumber >= 0) {
            out.int64("txnNumber", fields.txnNumber);
        }
        operation(out, fields);
        out.timestamp("ts", ts).int64("t", term);
        if (wallBeforeVersion) {
            out.date("wall", wallMillis).int64("v", ENTRY_VERSION);
            fromMigrate(out, fields, !statementsInOperation);
        } else {
            out.int64("v", ENTRY_VERSION);
            fromMigrate(out, fields, !statementsInOperation);
            out.date("wall", wallMillis);
        }
        if (!statementsInOperation) {
            statements(out, fields);
        }
        optime(out, "prevOpTime", fields.previous);
        if (!statementsInOperation) {
            optime(out, "preImageOpTime", fields.preImage);
            optime(out, "postImageOpTime", fields.postImage);
        }
        if (fields.multiOpType != 0) {
            out.int32("multiOpType", fields.multiOpType);
        }
        return out.toBytes();
    }

    /** An element of an applyOps array. */
    public byte[] element(EntryFields fields) {
        RawBuilder out = new RawBuilder(fields.o.length + 96);
        operation(out, fields);
        if (!statementsInOperation) {
            statements(out, fields);
        }
        return out.toBytes();
    }

    private void operation(RawBuilder out, EntryFields fields) {
        out.string("op", fields.op).string("ns", fields.ns);
        if (fields.ui != null) {
            out.uuid("ui", fields.ui);
        }
        out.document("o", fields.o);
        if (fields.o2 != null) {
            out.document("o2", fields.o2);
        }
        if (fields.upsertFromApplyOps) {
            out.bool("b", true);
        }
        if (!statementsInOperation) {
            return;
        }
        optime(out, "preImageOpTime", fields.preImage);
        optime(out, "postImageOpTime", fields.postImage);
        if (fields.needsRetryImage != null) {
            out.string("needsRetryImage", fields.needsRetryImage);
        }
        statements(out, fields);
        fromMigrate(out, fields, true);
    }

    private static void fromMigrate(RawBuilder out, EntryFields fields, boolean here) {
        if (here && fields.fromMigrate) {
            out.bool("fromMigrate", true);
        }
    }

    private static void statements(RawBuilder out, EntryFields fields) {
        int[] statements = fields.statements;
        if (statements == null || statements.length == 0) {
            return;
        }
        if (statements.length == 1) {
            out.int32("stmtId", statements[0]);
            return;
        }
        out.startArray("stmtId");
        for (int i = 0; i < statements.length; i++) {
            out.int32(Integer.toString(i), statements[i]);
        }
        out.end();
    }

    private static void optime(RawBuilder out, String name, Optime optime) {
        if (optime != null) {
            out.startDocument(name).timestamp("ts", optime.ts()).int64("t", optime.term()).end();
        }
    }
}
