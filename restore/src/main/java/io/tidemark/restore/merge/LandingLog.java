package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.report.CollectionReport;
import io.tidemark.restore.target.Bson;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;

/**
 * What is done of putting shards together and of giving collections their names, in the database of
 * the mark: so that a run that goes on neither takes a document in twice nor takes a new collection
 * for the one that was in its way. Only added to; each step is told when it is done, those that
 * take something away before they begin.
 */
final class LandingLog {
    private static final Namespace PLACE = new Namespace(ReplayTarget.MARK_DATABASE, "landing");

    /** The steps, as they are told. */
    private enum Step {
        /** A shard's part of a collection is in another shard's. */
        TAKEN,
        /** A collection is whole, and was compared. */
        VERIFIED,
        /** Everything was; what is in the way is known, and goes. */
        BEGUN,
        /** All of it has gone. */
        ROOM,
        /** A collection is made under its name, as it can't be renamed. */
        COPIED,
        /** All have their names. */
        NAMED,
        /** What has its name loses it again. */
        UNDOING,
        /** No new collection has a name; what was in the way gets its own back. */
        CLEARED,
        /** As before {@link #BEGUN}. */
        UNDONE
    }

    /**
     * A whole collection.
     *
     * @param place where it waits
     * @param name that it gets
     * @param renamed whether by a rename
     */
    record Whole(Namespace place, Namespace name, boolean renamed, CollectionReport report) {}

    private final RestoreTarget target;
    private final UUID restore;
    private final Set<String> taken = new HashSet<>();
    private final Map<Namespace, Whole> verified = new LinkedHashMap<>();
    private final Set<Namespace> copied = new HashSet<>();
    private Optional<String> token = Optional.empty();
    private List<Namespace> inTheWay = List.of();
    private List<String> problems = List.of();
    private Optional<Step> last = Optional.empty();
    private long number;
    private boolean created;

    private LandingLog(RestoreTarget target, UUID restore) {
        this.target = target;
        this.restore = restore;
    }

    /** What is told there of this restore. */
    static LandingLog read(RestoreTarget target, UUID restore) {
        LandingLog log = new LandingLog(target, restore);
        Map<Long, BsonDocument> steps = new TreeMap<>();
        log.created = target.collections().containsKey(PLACE);
        if (log.created) {
            target.scan(
                    PLACE,
                    raw -> {
                        BsonDocument step = RawDocument.of(raw.toBytes()).toBson();
                        BsonDocument id = step.getDocument("_id");
                        if (id.getString("restore").getValue().equals(restore.toString())) {
                            steps.put(id.getInt64("number").getValue(), step);
                        }
                    });
        }
        steps.forEach(log::apply);
        return log;
    }

    private void apply(long at, BsonDocument step) {
        number = at;
        Step done = Step.valueOf(step.getString("step").getValue());
        switch (done) {
            case TAKEN -> taken.add(part(step.getInt32("shard").getValue(), name(step, "source")));
            case VERIFIED -> {
                Whole whole = whole(step);
                verified.put(whole.name(), whole);
            }
            case COPIED -> copied.add(name(step, "name"));
            case BEGUN -> {
                last = Optional.of(done);
                token = Optional.of(step.getString("token").getValue());
                inTheWay = texts(step, "inTheWay").stream().map(Namespace::of).toList();
                problems = texts(step, "problems");
            }
            case UNDONE -> {
                last = Optional.empty();
                copied.clear();
            }
            default -> last = Optional.of(done);
        }
    }

    private void add(Step step, BsonDocument details) {
        BsonDocument document =
                new BsonDocument(
                        "_id",
                        new BsonDocument("restore", new BsonString(restore.toString()))
                                .append("number", new BsonInt64(number + 1)));
        document.append("step", new BsonString(step.name())).putAll(details);
        if (!created) {
            target.create(PLACE, Optional.empty(), Bson.raw(new BsonDocument()));
            created = true;
        }
        target.append(PLACE, List.of(Bson.raw(document)));
        apply(number + 1, document);
    }

    private static String part(int shard, Namespace source) {
        return shard + " " + source;
    }

    boolean isTaken(int shard, Namespace source) {
        return taken.contains(part(shard, source));
    }

    void taken(int shard, Namespace source) {
        add(
                Step.TAKEN,
                new BsonDocument("shard", new BsonInt32(shard)).append("source", text(source)));
    }

    /** Collections that were compared, by the names that they get. */
    Map<Namespace, Whole> verified() {
        return verified;
    }

    void verified(Whole whole) {
        CollectionReport report = whole.report();
        add(
                Step.VERIFIED,
                new BsonDocument("place", text(whole.place()))
                        .append("name", text(whole.name()))
                        .append("renamed", org.bson.BsonBoolean.valueOf(whole.renamed()))
                        .append("documents", new BsonInt64(report.documents()))
                        .append("hash", new BsonString(report.hash()))
                        .append("verified", new BsonString(report.verified())));
    }

    private static Whole whole(BsonDocument step) {
        return new Whole(
                name(step, "place"),
                name(step, "name"),
                step.getBoolean("renamed").getValue(),
                new CollectionReport(
                        step.getInt64("documents").getValue(),
                        step.getString("hash").getValue(),
                        step.getString("verified").getValue()));
    }

    /** Whether names are being given, or taken back again. */
    boolean hasBegun() {
        return last.isPresent();
    }

    /**
     * @param token in the names of what goes aside
     * @param found problems that don't keep the collections from getting their names
     */
    void begin(String token, List<Namespace> inTheWay, List<String> found) {
        add(
                Step.BEGUN,
                new BsonDocument("token", new BsonString(token))
                        .append(
                                "inTheWay",
                                array(inTheWay.stream().map(Namespace::toString).toList()))
                        .append("problems", array(found)));
    }

    String token() {
        return token.orElseThrow();
    }

    List<Namespace> inTheWay() {
        return inTheWay;
    }

    List<String> problems() {
        return problems;
    }

    boolean hasRoom() {
        return last.filter(step -> step == Step.ROOM || step == Step.NAMED).isPresent();
    }

    void room() {
        add(Step.ROOM, new BsonDocument());
    }

    /** Collections made under their names, whole or not. */
    Set<Namespace> copied() {
        return copied;
    }

    void copies(Namespace name) {
        add(Step.COPIED, new BsonDocument("name", text(name)));
    }

    boolean isNamed() {
        return last.filter(Step.NAMED::equals).isPresent();
    }

    void named() {
        add(Step.NAMED, new BsonDocument());
    }

    boolean isUndone() {
        return last.filter(step -> step == Step.UNDOING || step == Step.CLEARED).isPresent();
    }

    void undoing() {
        add(Step.UNDOING, new BsonDocument());
    }

    boolean isCleared() {
        return last.filter(Step.CLEARED::equals).isPresent();
    }

    void cleared() {
        add(Step.CLEARED, new BsonDocument());
    }

    void undone() {
        add(Step.UNDONE, new BsonDocument());
    }

    private static BsonString text(Namespace namespace) {
        return new BsonString(namespace.toString());
    }

    private static Namespace name(BsonDocument step, String field) {
        return Namespace.of(step.getString(field).getValue());
    }

    private static BsonArray array(List<String> texts) {
        return new BsonArray(texts.stream().map(BsonString::new).toList());
    }

    private static List<String> texts(BsonDocument step, String field) {
        List<String> texts = new ArrayList<>();
        step.getArray(field).forEach(text -> texts.add(text.asString().getValue()));
        return texts;
    }
}
