package io.tidemark.cli;

import io.tidemark.timeline.window.Policy;
import picocli.CommandLine.Option;

/** Which times count as safe. */
public final class PolicyOption {
    @Option(
            names = "--policy",
            defaultValue = "exact",
            paramLabel = "exact|strict",
            description =
                    "Which times count as safe: under exact all but those at which the cluster"
                            + " stood between two states; under strict none inside a migration or"
                            + " DDL operation. Default: ${DEFAULT-VALUE}.")
    private Policy policy;

    public Policy policy() {
        return policy;
    }
}
