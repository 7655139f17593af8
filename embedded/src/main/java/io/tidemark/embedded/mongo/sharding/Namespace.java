package io.tidemark.embedded.mongo.sharding;

/** The parts of {@code database.collection}. */
final class Namespace {
    private Namespace() {}

    /** The database; the whole name where it names a database. */
    static String database(String namespace) {
        int dot = namespace.indexOf('.');
        return dot < 0 ? namespace : namespace.substring(0, dot);
    }
}
