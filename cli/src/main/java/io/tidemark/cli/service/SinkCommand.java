package io.tidemark.cli.service;

import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.Service;
import io.tidemark.sink.SinkConfig;
import io.tidemark.sink.SinkMain;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark sink}. */
@Command(
        name = "sink",
        description =
                "Run a sink worker: it rolls its share of the oplog topics into slices in the"
                        + " bucket, until it is stopped. Any number of workers may run.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark sink --config sink.properties",
            "  tidemark sink --config sink.properties --set slice.max.time=10s -v",
            "",
            "The file needs cluster, bucket, kafka.bootstrap.servers and registry.urls; the",
            "README lists every key."
        })
public final class SinkCommand implements Callable<ExitCode>, Service {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private ServiceOptions options;

    public SinkCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() throws Exception {
        return ExitCode.of(SinkMain.run(SinkConfig.of(options.values(context))));
    }
}
