package io.tidemark.cli.service;

import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.Service;
import io.tidemark.streams.StreamsConfig;
import io.tidemark.streams.StreamsMain;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark streams}. */
@Command(
        name = "streams",
        description =
                "Run a timeline instance: it follows the oplog topics, works out which times are"
                        + " safe and publishes events and windows, until it is stopped. Any number"
                        + " of instances may run.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark streams --config streams.properties",
            "  tidemark streams --config streams.properties --set retention=30d -v",
            "",
            "The file needs cluster, kafka.bootstrap.servers and registry.urls; the README lists",
            "every key."
        })
public final class StreamsCommand implements Callable<ExitCode>, Service {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private ServiceOptions options;

    public StreamsCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        return ExitCode.of(StreamsMain.run(StreamsConfig.of(options.values(context))));
    }
}
