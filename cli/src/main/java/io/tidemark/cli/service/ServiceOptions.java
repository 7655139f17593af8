package io.tidemark.cli.service;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Settings of a service: file and environment, and above them {@code --set}. */
final class ServiceOptions {
    private static final Set<String> SECRETS =
            Set.of("source.uri", "registry.password", "registry.token");
    private static final Pattern SECRET =
            Pattern.compile(".*(password|secret|token|jaas\\.config)$");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting, above file and environment. Secrets are refused here.")
    private Map<String, String> set = new LinkedHashMap<>();

    Map<String, String> values(Context context) {
        for (String key : set.keySet()) {
            if (SECRETS.contains(key) || SECRET.matcher(key).matches()) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "--set "
                                + key
                                + ": the command line can be seen by every user of this machine."
                                + " Put it into the file of --config, or the environment.");
            }
        }
        Map<String, String> values = new TreeMap<>(context.settings().forService());
        values.putAll(set);
        return values;
    }
}
