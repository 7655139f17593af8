package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.util.EnumSet;
import java.util.Set;

/**
 * A command a node knows.
 *
 * @param fields fields it accepts besides the generic ones and its own name; others are refused.
 *     Empty: any
 */
record Command(String name, Set<Trait> traits, Set<String> fields, Body body) {
    enum Trait {
        /** Only a primary does it; the reply waits for the write concern. */
        WRITE,
        /** Reads data: secondaries answer only if the client allows it. */
        READ,
        /** Allowed inside a multi-document transaction. */
        TRANSACTION,
        /** Only on the admin database. */
        ADMIN
    }

    @FunctionalInterface
    interface Body {
        void run(Request request, RawBuilder reply);
    }

    static Command of(String name, Body body, String... fields) {
        return new Command(name, EnumSet.noneOf(Trait.class), Set.of(fields), body);
    }

    Command with(Trait first, Trait... more) {
        EnumSet<Trait> all = EnumSet.of(first, more);
        all.addAll(traits);
        return new Command(name, all, fields, body);
    }

    Command named(String alias) {
        return new Command(alias, traits, fields, body);
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }
}
