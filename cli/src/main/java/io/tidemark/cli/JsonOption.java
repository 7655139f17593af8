package io.tidemark.cli;

import picocli.CommandLine.Option;

/** The option of every verb that answers. */
public final class JsonOption {
    @Option(
            names = "--json",
            description = "Print one JSON document on stdout; words and progress go to stderr.")
    private boolean json;

    public boolean json() {
        return json;
    }
}
