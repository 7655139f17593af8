package io.tidemark.embedded.mongo.update;

import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** Collects what an update did, path by path, for the {@code o} of its oplog entry. */
interface UpdateLog {
    /**
     * One step of a path that was really taken.
     *
     * @param name field name, or the index in decimal
     * @param inArray whether it is an index of an array
     */
    record Taken(String name, boolean inArray) {}

    /** An existing place got another value. */
    void updated(List<Taken> path, BsonValue value);

    /**
     * A place came to be.
     *
     * @param firstNew index of the first step of the path that did not exist before
     */
    void created(List<Taken> path, int firstNew, BsonValue value);

    void deleted(List<Taken> path);

    boolean isEmpty();

    BsonDocument entry();
}
