package io.tidemark.cli;

import io.tidemark.schemas.config.Spelling;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Refuses a configuration file whose key reads like an option of the verb that is run, and is none
 * of any verb: {@code polcy = strict} would mean the default policy, without a word. A service
 * knows all its keys and refuses others by itself; one file may serve several, so that a key which
 * resembles nothing is left alone here.
 */
final class MistypedKeys {
    /** Fewer letters are near to too many words. */
    private static final int LEAST_LETTERS = 4;

    private MistypedKeys() {}

    /**
     * @param verb the one that is run
     * @throws ParameterException naming the first such key, and what was probably meant
     */
    static void refuse(Settings settings, CommandLine verb, List<CommandLine> verbs) {
        Set<String> known =
                verbs.stream().flatMap(v -> keys(v).stream()).collect(Collectors.toSet());
        for (String key : settings.keysOfFile()) {
            Optional<String> meant = meant(key, verb);
            if (!known.contains(key) && !isOfAService(key) && meant.isPresent()) {
                throw new ParameterException(
                        verb,
                        "The configuration file sets '%s', which no verb knows; did you mean '%s'?"
                                        .formatted(key, meant.get())
                                + " As it stands it would have no effect.");
            }
        }
    }

    /** Options have dashes where a service's keys have dots. */
    private static boolean isOfAService(String key) {
        return key.indexOf('.') >= 0;
    }

    private static Optional<String> meant(String key, CommandLine verb) {
        return keys(verb).stream()
                .filter(option -> Math.min(key.length(), option.length()) >= LEAST_LETTERS)
                .filter(option -> Spelling.distance(key, option) <= allowed(option))
                .min(Comparator.comparingInt(option -> Spelling.distance(key, option)));
    }

    /** Two letters changed places are two changes. */
    private static int allowed(String option) {
        return option.length() > LEAST_LETTERS ? 2 : 1;
    }

    /** What a file may set for a verb: its options, without their dashes. */
    private static Set<String> keys(CommandLine verb) {
        return verb.getCommandSpec().options().stream()
                .map(option -> option.longestName().substring(2))
                .collect(Collectors.toSet());
    }
}
