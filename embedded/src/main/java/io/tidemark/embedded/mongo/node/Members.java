package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.oplog.EntryFields;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonTimestamp;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;

/** What tests do to single members. */
public final class Members {
    private final Node node;
    private final Engine engine;

    public Members(Node node) {
        this.node = node;
        this.engine = node.engine();
    }

    public Node node() {
        return node;
    }

    public boolean isPrimary(int member) {
        return engine.replication.isPrimary(member);
    }

    /** False for those of priority 0: hidden ones. */
    public boolean isElectable(int member) {
        return at(member).config.priority() > 0;
    }

    public BsonTimestamp position(int member) {
        return new BsonTimestamp(engine.locked(() -> at(member).applied));
    }

    /** The present election term. */
    public long term() {
        return engine.locked(engine::term);
    }

    private MemberPosition at(int member) {
        return engine.replication.member(member);
    }

    private void change(int member, Consumer<MemberPosition> change) {
        engine.write(
                () -> {
                    change.accept(at(member));
                    engine.replication.recount();
                    return null;
                });
    }

    public void pause(int member) {
        if (isPrimary(member)) {
            throw new IllegalArgumentException(
                    "Member " + member + " is primary; it does not replicate from anyone");
        }
        change(member, position -> position.paused = true);
    }

    public void resume(int member) {
        change(
                member,
                position -> {
                    position.paused = false;
                    catchUp(position);
                });
    }

    private void catchUp(MemberPosition position) {
        if (position.lagMillis == 0 && !position.down && !position.paused) {
            position.applied = engine.lastApplied().ts();
            position.onTheWay.clear();
        }
    }

    public void catchUpTo(int member, BsonTimestamp time) {
        long wanted = time.getValue();
        if (engine.oplog.at(wanted) == null) {
            throw new IllegalArgumentException("No oplog entry at " + time);
        }
        change(member, position -> position.applied = Math.max(position.applied, wanted));
    }

    public void lag(int member, Duration lag) {
        change(
                member,
                position -> {
                    position.lagMillis = lag.toMillis();
                    catchUp(position);
                });
    }

    public void down(int member) {
        change(member, position -> position.down = true);
        node.cursors.killAll(member);
        engine.write(
                () -> {
                    engine.replication.topologyChanged();
                    return null;
                });
    }

    public void up(int member) {
        change(
                member,
                position -> {
                    position.down = false;
                    catchUp(position);
                });
        engine.write(
                () -> {
                    engine.replication.topologyChanged();
                    return null;
                });
    }

    /** Drops the oldest entries from the log, as a capped log does when it grows. */
    public void truncateOplogBefore(BsonTimestamp time) {
        engine.write(
                () -> {
                    engine.oplog.truncateBefore(time.getValue());
                    return null;
                });
    }

    /** Appends an entry that changes no data. */
    public BsonTimestamp append(
            String op, String ns, Optional<UUID> uuid, BsonDocument o, Optional<BsonDocument> o2) {
        EntryFields fields = new EntryFields();
        fields.op = op;
        fields.ns = ns;
        fields.ui = uuid.orElse(null);
        fields.o = BsonBytes.of(o);
        fields.o2 = o2.map(BsonBytes::of).orElse(null);
        return new BsonTimestamp(engine.write(() -> engine.log(fields).ts()));
    }

    /** One pass of the TTL monitor. */
    public int expireDocuments() {
        return engine.write(() -> new Expiry(engine).pass());
    }

    /** The whole log as it stands. */
    public List<RawBsonDocument> oplog() {
        List<RawBsonDocument> entries = new ArrayList<>();
        engine.oplog
                .read(0, Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE)
                .entries()
                .forEach(entry -> entries.add(new RawBsonDocument(entry)));
        return entries;
    }

    public void setParameter(String name, BsonValue value) {
        engine.parameters.set(name, value);
    }

    public void resync(int member) {
        if (isPrimary(member)) {
            throw new IllegalArgumentException("Member " + member + " is primary");
        }
        change(
                member,
                position -> {
                    position.applied = engine.lastApplied().ts();
                    position.oldest = position.applied;
                    position.onTheWay.clear();
                });
        node.cursors.killAll(member);
    }
}
