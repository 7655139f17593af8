package io.tidemark.cli.snapshot;

/** The process is gone: nothing that it does from here on has an effect. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed(int calls) {
        super("killed at call " + calls);
    }
}
