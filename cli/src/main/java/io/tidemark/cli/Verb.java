package io.tidemark.cli;

import java.util.concurrent.Callable;

/**
 * A verb that another module brings ({@link java.util.ServiceLoader}): the benchmarks, which depend
 * on this module and not the other way round.
 */
public interface Verb {
    /** A picocli command whose call gives the outcome. */
    Callable<ExitCode> command(Context context);
}
