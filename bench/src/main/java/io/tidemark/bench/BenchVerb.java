package io.tidemark.bench;

import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.Verb;
import java.util.concurrent.Callable;

/** Brings {@code tidemark bench}. */
public final class BenchVerb implements Verb {
    @Override
    public Callable<ExitCode> command(Context context) {
        return new BenchCommand(context);
    }
}
