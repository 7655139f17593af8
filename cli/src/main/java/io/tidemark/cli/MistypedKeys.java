package io.tidemark.cli;

import io.tidemark.cli.service.ServiceKeys;
import io.tidemark.schemas.config.Spelling;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses a configuration file's key that would have no effect on the verb that is run, without a
 * word: one that reads like an option of it and is none of any verb ({@code polcy = strict} would
 * mean the default policy) or like a service's key, in a file that serves both, and one of its
 * options that only a command line can give. A service knows all its keys and refuses others by
 * itself; one file may serve several, so that a key which resembles nothing is left alone here.
 */
final class MistypedKeys {
    /** Fewer letters are near to too many words. */
    private static final int LEAST_LETTERS = 4;

    /** What stands below them is known to clients, or names targets. */
    private static final List<String> PASSED_ON = List.of("kafka.", "target.");

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
        Set<String> all = new TreeSet<>(known);
        if (!known.containsAll(settings.keysOfFile())) {
            all.addAll(ServiceKeys.all());
        }
        for (String key : settings.keysOfFile()) {
            problem(key, all, verb)
                    .ifPresent(
                            words -> {
                                throw new ParameterException(verb, words);
                            });
        }
    }

    private static Optional<String> problem(String key, Set<String> known, CommandLine verb) {
        if (!known.contains(key)) {
            return meant(key, known, verb)
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

    /** Options have dashes where a service's keys have dots. */
    private static Optional<String> meant(String key, Set<String> known, CommandLine verb) {
        if (PASSED_ON.stream().anyMatch(key::startsWith)) {
            return Optional.empty();
        }
        return nearest(key, options(verb).map(SettingsAsDefaults::key).filter(o -> !isDotted(key)))
                .or(() -> nearest(key, known.stream().filter(MistypedKeys::isDotted)));
    }

    private static Optional<String> nearest(String key, Stream<String> words) {
        return words.filter(word -> Math.min(key.length(), word.length()) >= LEAST_LETTERS)
                .filter(word -> Spelling.distance(key, word) <= allowed(word))
                .min(Comparator.comparingInt(word -> Spelling.distance(key, word)));
    }

    private static boolean isDotted(String key) {
        return key.indexOf('.') >= 0;
    }

    /** Two letters changed places are two changes. */
    private static int allowed(String word) {
        return word.length() > LEAST_LETTERS ? 2 : 1;
    }

    private static Stream<OptionSpec> options(CommandLine verb) {
        return verb.getCommandSpec().options().stream()
                .filter(option -> option.longestName().startsWith("--"));
    }
}
