package io.tidemark.cli;

import io.tidemark.schemas.config.Spelling;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses a configuration file's key that would have no effect on the verb that is run, without a
 * word: one that reads like an option of it and is none of any verb ({@code polcy = strict} would
 * mean the default policy), and one of its options that only a command line can give. A service
 * knows all its keys and refuses others by itself; one file may serve several, so that a key which
 * resembles nothing is left alone here.
 */
final class MistypedKeys {
    /** Fewer letters are near to too many words. */
    private static final int LEAST_LETTERS = 4;

    private static final String NO_EFFECT = " As it stands it would have no effect.";

    private MistypedKeys() {}

    /**
     * @param verb the one that is run
     * @throws ParameterException naming the first such key, and what to do
     */
    static void refuse(Settings settings, CommandLine verb, List<CommandLine> verbs) {
        Set<String> known =
                verbs.stream()
                        .flatMap(MistypedKeys::options)
                        .map(SettingsAsDefaults::key)
                        .collect(Collectors.toSet());
        for (String key : settings.keysOfFile()) {
            problem(key, known, verb)
                    .ifPresent(
                            words -> {
                                throw new ParameterException(verb, words);
                            });
        }
    }

    private static Optional<String> problem(String key, Set<String> known, CommandLine verb) {
        if (!known.contains(key)) {
            return meant(key, verb)
                    .map(
                            option ->
                                    "The configuration file sets '%s', which no verb knows; did you"
                                                    .formatted(key)
                                            + " mean '%s'?".formatted(option)
                                            + NO_EFFECT);
        }
        return options(verb)
                .filter(option -> SettingsAsDefaults.key(option).equals(key))
                .filter(option -> !SettingsAsDefaults.isSettable(option))
                .findFirst()
                .map(
                        option ->
                                "The configuration file sets '%s'; only a command line can, by %s."
                                                .formatted(key, option.longestName())
                                        + NO_EFFECT);
    }

    private static Optional<String> meant(String key, CommandLine verb) {
        return options(verb)
                .map(SettingsAsDefaults::key)
                .filter(option -> !isOfAService(key))
                .filter(option -> Math.min(key.length(), option.length()) >= LEAST_LETTERS)
                .filter(option -> Spelling.distance(key, option) <= allowed(option))
                .min(Comparator.comparingInt(option -> Spelling.distance(key, option)));
    }

    /** Options have dashes where a service's keys have dots. */
    private static boolean isOfAService(String key) {
        return key.indexOf('.') >= 0;
    }

    /** Two letters changed places are two changes. */
    private static int allowed(String option) {
        return option.length() > LEAST_LETTERS ? 2 : 1;
    }

    private static Stream<OptionSpec> options(CommandLine verb) {
        return verb.getCommandSpec().options().stream()
                .filter(option -> option.longestName().startsWith("--"));
    }
}
