package io.tidemark.cli;

import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option that the command line leaves out takes its value from environment or file: {@code
 * --bucket} from {@code bucket}.
 */
final class SettingsAsDefaults implements IDefaultValueProvider {
    private final Settings settings;

    SettingsAsDefaults(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        boolean single = argument instanceof OptionSpec && !argument.isMultiValue();
        if (!single || argument.arity().max() == 0) {
            return null;
        }
        String key = ((OptionSpec) argument).longestName().substring(2);
        return settings.get(key).orElse(null);
    }
}
