package io.tidemark.embedded.mongo.oplog;

import java.util.UUID;

/**
 * The parts of an oplog entry or of an operation inside an applyOps that the caller decides; null
 * or negative means absent. Mutable on purpose: one is filled per write on the hot path.
 */
public final class EntryFields {
    public byte[] lsid;
    public long txnNumber = -1;
    public String op;
    public String ns = "";
    public UUID ui;
    public byte[] o;
    public byte[] o2;
    public boolean upsertFromApplyOps;
    public int[] statements;
    public boolean fromMigrate;
    public Optime preImage;
    public Optime postImage;
    public String needsRetryImage;
    public Optime previous;
    public int multiOpType;

    public static EntryFields command(String ns, UUID ui, byte[] o) {
        EntryFields fields = new EntryFields();
        fields.op = "c";
        fields.ns = ns;
        fields.ui = ui;
        fields.o = o;
        return fields;
    }

    public static EntryFields noop(byte[] o) {
        EntryFields fields = new EntryFields();
        fields.op = "n";
        fields.o = o;
        return fields;
    }

    public EntryFields o2(byte[] value) {
        o2 = value;
        return this;
    }
}
