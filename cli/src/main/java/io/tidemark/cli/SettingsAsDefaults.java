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
        return argument instanceof OptionSpec option && isSettable(option)
                ? settings.get(key(option)).orElse(null)
                : null;
    }

    /** Flags, and what is given several times, belong to a command line. */
    static boolean isSettable(OptionSpec option) {
        return !option.isMultiValue() && option.arity().max() > 0;
    }

    /** The setting of an option. */
    static String key(OptionSpec option) {
        return option.longestName().substring(2);
    }
}
