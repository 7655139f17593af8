package io.tidemark.cli;

import java.time.Clock;

/** The process: its streams, environment and exit code. */
public final class TidemarkMain {
    private TidemarkMain() {}

    public static void main(String[] arguments) {
        Tidemark tidemark = new Tidemark(Console.ofProcess(), System.getenv(), Clock.systemUTC());
        System.exit(tidemark.run(arguments).number());
    }
}
