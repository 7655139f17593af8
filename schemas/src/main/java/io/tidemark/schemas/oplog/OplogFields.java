package io.tidemark.schemas.oplog;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import java.util.Optional;

/** The top-level fields of an entry, found in one walk: their order differs between versions. */
final class OplogFields {
    String op = "";
    String ns = "";
    RawElement ts;
    RawElement t;
    RawElement v;
    RawElement ui;
    RawElement o;
    RawElement o2;
    RawElement wall;
    RawElement lsid;
    RawElement txnNumber;
    RawElement prevOpTime;
    RawElement fromMigrate;
    RawElement multiOpType;

    private OplogFields() {}

    static OplogFields of(RawDocument entry) {
        OplogFields fields = new OplogFields();
        for (RawElement element : entry) {
            fields.take(element);
        }
        return fields;
    }

    private void take(RawElement element) {
        switch (element.name()) {
            case "op" -> op = element.string().orElse("");
            case "ns" -> ns = element.string().orElse("");
            case "ts" -> ts = element;
            case "t" -> t = element;
            case "v" -> v = element;
            case "ui" -> ui = element;
            case "o" -> o = element;
            case "o2" -> o2 = element;
            case "wall" -> wall = element;
            case "lsid" -> lsid = element;
            case "txnNumber" -> txnNumber = element;
            case "prevOpTime" -> prevOpTime = element;
            case "fromMigrate" -> fromMigrate = element;
            case "multiOpType" -> multiOpType = element;
            default -> {
                // Every other field stays in the raw bytes.
            }
        }
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
