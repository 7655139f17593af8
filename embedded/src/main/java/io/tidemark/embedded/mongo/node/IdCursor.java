package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import io.tidemark.embedded.mongo.store.CollectionInfo;
import io.tidemark.embedded.mongo.store.IdKey;
import io.tidemark.embedded.mongo.store.ReadView;
import java.util.ArrayList;
import java.util.List;

/**
 * A scan along the index of {@code _id} with read concern local or majority: as on a server, each
 * batch shows the collection as it is by then, and a drop or rename ends the cursor.
 */
final class IdCursor implements ServerCursor {
    private final Engine engine;
    private final int member;
    private final CollectionInfo opened;
    private final Hint hint;
    private final boolean majority;
    private IdKey last;
    private boolean exhausted;

    private IdCursor(Reading reading, Hint hint) {
        this.engine = reading.engine();
        this.member = reading.request().member();
        this.opened = reading.collection();
        this.hint = hint;
        this.majority = reading.point().level().equals("majority");
    }

    /** Whether a find is such a scan and nothing more. */
    static boolean fits(Request request, Reading reading, Hint hint) {
        String level = reading.point().level();
        boolean plain =
                request.document("filter").isEmpty()
                        && request.document("sort").isEmpty()
                        && request.document("projection").isEmpty()
                        && request.number("skip", 0) == 0
                        && request.number("limit", 0) == 0;
        return plain
                && !request.inTransaction()
                && hint.order().containsKey("_id")
                && reading.source() instanceof DocumentSource.Committed
                && (level.equals("local") || level.equals("majority"));
    }

    static IdCursor open(Reading reading, Hint hint) {
        return new IdCursor(reading, hint);
    }

    @Override
    public String namespace() {
        return opened.namespace();
    }

    @Override
    public List<byte[]> next(Request request, int maxCount, long waitMillis) {
        DocumentSource now =
                hint.within(new DocumentSource.Committed(engine.data.of(opened), view()));
        List<byte[]> batch = new ArrayList<>();
        long[] bytes = new long[1];
        int most = maxCount == 0 ? Integer.MAX_VALUE : maxCount;
        boolean[] more = new boolean[1];
        now.scan(
                hint.after(last),
                document -> {
                    boolean full =
                            batch.size() == most
                                    || !batch.isEmpty()
                                            && bytes[0] + document.length > MAX_BATCH_BYTES;
                    more[0] = full;
                    if (!full) {
                        batch.add(document);
                        bytes[0] += document.length;
                    }
                    return !full;
                });
        if (!batch.isEmpty()) {
            last = IdKey.ofDocument(batch.get(batch.size() - 1));
        }
        exhausted = !more[0];
        return batch;
    }

    private ReadView view() {
        return engine.locked(
                () -> {
                    CollectionInfo now = engine.catalog.current().with(opened.uuid());
                    if (now == null || !now.namespace().equals(opened.namespace())) {
                        throw new CommandFailure(
                                ErrorCode.QueryPlanKilled,
                                now == null
                                        ? "collection dropped. UUID " + opened.uuid()
                                        : "collection renamed from '"
                                                + opened.namespace()
                                                + "' to '"
                                                + now.namespace()
                                                + "'. UUID "
                                                + opened.uuid());
                    }
                    long position = engine.replication.member(member).applied;
                    return ReadView.atPosition(
                            majority
                                    ? Math.min(position, engine.replication.commitPoint())
                                    : position);
                });
    }

    @Override
    public boolean isExhausted() {
        return exhausted;
    }
}
