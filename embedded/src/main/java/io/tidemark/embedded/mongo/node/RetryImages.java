package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.oplog.Optime;

/**
 * Keeps the image a retried findAndModify would need: up to 5.0 as a noop entry of its own, later
 * out of the log, with a flag and a reserved cluster time in front of the entry.
 */
record RetryImages(Engine engine, SessionState session) {
    void attach(Change change, EntryFields fields) {
        if (change.image() == null || session == null || change.statement() < 0) {
            return;
        }
        if (engine.version().atLeast(ServerVersion.V6_0)) {
            fields.needsRetryImage = change.image();
            // The slot before the entry is reserved for the image and stays unused.
            engine.clock.tick();
            return;
        }
        boolean pre = change.image().equals("preImage");
        EntryFields image = EntryFields.noop(pre ? change.before() : change.after());
        image.ns = change.collection().namespace();
        image.ui = change.collection().uuid();
        image.lsid = session.lsidBytes;
        image.txnNumber = session.txnNumber;
        image.statements = fields.statements;
        image.previous = session.previous();
        Optime logged = engine.log(image);
        if (pre) {
            fields.preImage = logged;
        } else {
            fields.postImage = logged;
        }
    }
}
