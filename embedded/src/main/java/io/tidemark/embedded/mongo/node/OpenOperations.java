package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.ArrayList;
import java.util.List;

/** What {@code currentOp} shows: open transactions, as the idle sessions they are. */
final class OpenOperations {
    private OpenOperations() {}

    static List<byte[]> of(Request request) {
        Engine engine = request.engine();
        return engine.locked(
                () -> {
                    List<byte[]> found = new ArrayList<>();
                    for (Transaction open : engine.transactions.open()) {
                        found.add(describe(request, open));
                    }
                    return found;
                });
    }

    private static byte[] describe(Request request, Transaction open) {
        RawBuilder one = new RawBuilder().string("type", "idleSession");
        one.string("host", request.node().addresses().of(request.member()));
        one.bool("active", false).document("lsid", BsonBytes.of(open.session.lsid));
        one.startDocument("transaction").startDocument("parameters");
        one.int64("txnNumber", open.number).bool("autocommit", false).end();
        one.timestamp("readTimestamp", open.view.at());
        return one.end().toBytes();
    }
}
