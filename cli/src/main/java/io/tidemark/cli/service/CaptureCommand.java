package io.tidemark.cli.service;

import io.tidemark.capture.CaptureConfig;
import io.tidemark.capture.CaptureMain;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.Service;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tidemark capture}. */
@Command(
        name = "capture",
        description =
                "Run a capture agent: it finds the cluster's replica sets, takes its share of them"
                        + " and brings their oplogs to Kafka, until it is stopped. Any number of"
                        + " agents may run.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark capture --config capture.properties",
            "  tidemark capture --config capture.properties --set commit.interval=50ms -v",
            "",
            "The file needs cluster, source.uri, kafka.bootstrap.servers and registry.urls;",
            "the README lists every key."
        })
public final class CaptureCommand implements Callable<ExitCode>, Service {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private ServiceOptions options;

    public CaptureCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        return ExitCode.of(CaptureMain.run(CaptureConfig.of(options.values(context))));
    }
}
