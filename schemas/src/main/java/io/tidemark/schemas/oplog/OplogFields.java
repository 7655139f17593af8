package io.tidemark.schemas.oplog;

import io.tidemark.schemas.bson.FieldWalk;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import java.util.Optional;

/**
 * Where the top-level fields of an entry lie, found in one walk: their order differs between
 * versions. Positions, not objects: this is made of every entry, and few of the fields are asked
 * for.
 */
final class OplogFields {
    private static final int ABSENT = 0;

    private final RawDocument entry;
    private int op;
    private int ns;
    private int ts;
    private int t;
    private int v;
    private int ui;
    private int o;
    private int o2;
    private int wall;
    private int lsid;
    private int txnNumber;
    private int prevOpTime;
    private int fromMigrate;
    private int multiOpType;

    private OplogFields(RawDocument entry) {
        this.entry = entry;
    }

    static OplogFields of(RawDocument entry) {
        OplogFields fields = new OplogFields(entry);
        FieldWalk walk = entry.walk();
        while (walk.next()) {
            fields.take(walk);
        }
        return fields;
    }

    /** Every other field stays in the raw bytes. A name that comes twice: the last one counts. */
    private void take(FieldWalk walk) {
        switch (walk.nameLength()) {
            case 1 -> takeOneLetter(walk);
            case 2 -> takeTwoLetters(walk);
            case 4 -> {
                wall = walk.isNamed("wall") ? walk.start() : wall;
                lsid = walk.isNamed("lsid") ? walk.start() : lsid;
            }
            case 9 -> txnNumber = walk.isNamed("txnNumber") ? walk.start() : txnNumber;
            case 10 -> prevOpTime = walk.isNamed("prevOpTime") ? walk.start() : prevOpTime;
            case 11 -> {
                fromMigrate = walk.isNamed("fromMigrate") ? walk.start() : fromMigrate;
                multiOpType = walk.isNamed("multiOpType") ? walk.start() : multiOpType;
            }
            default -> {}
        }
    }

    private void takeOneLetter(FieldWalk walk) {
        t = walk.isNamed("t") ? walk.start() : t;
        v = walk.isNamed("v") ? walk.start() : v;
        o = walk.isNamed("o") ? walk.start() : o;
    }

    private void takeTwoLetters(FieldWalk walk) {
        op = walk.isNamed("op") ? walk.start() : op;
        ns = walk.isNamed("ns") ? walk.start() : ns;
        ts = walk.isNamed("ts") ? walk.start() : ts;
        ui = walk.isNamed("ui") ? walk.start() : ui;
        o2 = walk.isNamed("o2") ? walk.start() : o2;
    }

    private RawElement at(int start, int nameLength) {
        return start == ABSENT ? null : entry.elementAt(start, nameLength);
    }

    // Each is null where the entry does not have the field.

    RawElement op() {
        return at(op, 2);
    }

    RawElement ns() {
        return at(ns, 2);
    }

    RawElement ts() {
        return at(ts, 2);
    }

    RawElement t() {
        return at(t, 1);
    }

    RawElement v() {
        return at(v, 1);
    }

    RawElement ui() {
        return at(ui, 2);
    }

    RawElement o() {
        return at(o, 1);
    }

    RawElement o2() {
        return at(o2, 2);
    }

    RawElement wall() {
        return at(wall, 4);
    }

    RawElement lsid() {
        return at(lsid, 4);
    }

    RawElement txnNumber() {
        return at(txnNumber, 9);
    }

    RawElement prevOpTime() {
        return at(prevOpTime, 10);
    }

    RawElement fromMigrate() {
        return at(fromMigrate, 11);
    }

    RawElement multiOpType() {
        return at(multiOpType, 11);
    }

    static Optional<ClusterTime> clusterTime(RawElement element) {
        return element.timestamp().isPresent()
                ? Optional.of(ClusterTime.ofBits(element.timestamp().getAsLong()))
                : Optional.empty();
    }

    static Optional<Optime> optime(RawDocument document) {
        Optional<ClusterTime> ts = document.find("ts").flatMap(OplogFields::clusterTime);
        long term = document.find("t").map(f -> f.number().orElse(-1)).orElse(-1L);
        return ts.map(time -> new Optime(time, Math.max(-1, term)));
    }
}
