package io.tidemark.cli.restore;

import io.tidemark.cli.PolicyOption;
import io.tidemark.restore.Safety;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which times count as safe, and whether one that doesn't may be restored to. */
final class SafetyOption {
    @Mixin private PolicyOption policy;

    @Option(
            names = "--force-unsafe",
            description =
                    "Restore to a time that is not safe, half-done work included; the report names"
                            + " what may be wrong. What the archive does not hold can't be forced.")
    private boolean forceUnsafe;

    Safety safety() {
        return new Safety(policy.policy(), forceUnsafe);
    }
}
