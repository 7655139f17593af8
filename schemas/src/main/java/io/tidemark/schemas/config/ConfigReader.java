package io.tidemark.schemas.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one process's settings: ask for each key, then call {@link #finish}, then build the record
 * from the answers. A wrong or missing value is noted and its default (or an empty value) returned,
 * so that {@code finish} can tell all problems at once, unknown keys included.
 */
public final class ConfigReader {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*(|KiB|MiB|GiB)");
    private static final Pattern TIME = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");
    private static final int NEAR = 4;
    private final Map<String, String> values;
    private final TreeSet<String> known = new TreeSet<>();
    private final List<String> prefixes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    public ConfigReader(Map<String, String> values) {
        this.values = new TreeMap<>(values);
    }

    /** A text that must be given. */
    public String text(String key) {
        Optional<String> value = optionalText(key);
        if (value.isEmpty()) {
            problems.add(key + " is missing");
        }
        return value.orElse("");
    }

    public String text(String key, String ifAbsent) {
        return optionalText(key).orElse(ifAbsent);
    }

    /** Blank counts as absent. */
    public Optional<String> optionalText(String key) {
        known.add(key);
        return Optional.ofNullable(values.get(key)).map(String::strip).filter(v -> !v.isEmpty());
    }

    public Optional<Path> optionalPath(String key) {
        return optionalText(key).map(Path::of);
    }

    public Optional<Secret> optionalSecret(String key) {
        return optionalText(key).map(Secret::new);
    }

    public boolean flag(String key, boolean ifAbsent) {
        return value(key, "true or false", ConfigReader::parseFlag).orElse(ifAbsent);
    }

    public int number(String key, int ifAbsent, int least, int most) {
        Function<String, Optional<Long>> parse = ConfigReader::parseNumber;
        return (int) ranged(key, "a whole number", parse, ifAbsent, least, most);
    }

    /** A size in bytes; {@code KiB}, {@code MiB} and {@code GiB} may follow the number. */
    public long bytes(String key, long ifAbsent, long least, long most) {
        return ranged(key, "a size in bytes", ConfigReader::parseBytes, ifAbsent, least, most);
    }

    /** A number with its unit: {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}. */
    public Duration duration(String key, Duration ifAbsent, Duration least, Duration most) {
        Optional<Duration> value = value(key, "a time like 30s or 500ms", ConfigReader::time);
        return value.filter(v -> inRange(key, v, least, most)).orElse(ifAbsent);
    }

    /** A value of any kind; {@code parse} throws IllegalArgumentException with the reason. */
    public <T> Optional<T> parsed(String key, Function<String, T> parse) {
        try {
            return optionalText(key).map(parse);
        } catch (IllegalArgumentException e) {
            problems.add(key + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * All settings under {@code prefix}, which is cut off: for clients that have settings of their
     * own.
     */
    public Map<String, String> under(String prefix) {
        prefixes.add(prefix);
        Map<String, String> under = new TreeMap<>();
        values.forEach(
                (key, value) -> {
                    if (key.startsWith(prefix)) {
                        under.put(key.substring(prefix.length()), value);
                    }
                });
        return under;
    }

    /** Notes a problem that concerns several settings together. */
    public void problem(String sentence) {
        problems.add(sentence);
    }

    /**
     * @throws ConfigException with all problems, if there are any
     */
    public void finish() {
        for (String key : values.keySet()) {
            boolean passedOn = prefixes.stream().anyMatch(key::startsWith);
            if (!passedOn && !known.contains(key)) {
                problems.add("unknown key " + key + nearest(key));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems, known);
        }
    }

    private long ranged(
            String key,
            String expected,
            Function<String, Optional<Long>> parse,
            long ifAbsent,
            long least,
            long most) {
        return value(key, expected, parse)
                .filter(v -> inRange(key, v, least, most))
                .orElse(ifAbsent);
    }

    private <T extends Comparable<T>> boolean inRange(String key, T value, T least, T most) {
        boolean inside = value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
        if (!inside) {
            problems.add(key + " must lie in " + least + " to " + most + " but is " + value);
        }
        return inside;
    }

    private <T> Optional<T> value(
            String key, String expected, Function<String, Optional<T>> parse) {
        Optional<String> text = optionalText(key);
        Optional<T> value = text.flatMap(parse);
        if (text.isPresent() && value.isEmpty()) {
            problems.add(key + " must be " + expected + " but is '" + text.get() + "'");
        }
        return value;
    }

    private static Optional<Boolean> parseFlag(String text) {
        boolean either = text.equals("true") || text.equals("false");
        return either ? Optional.of(text.equals("true")) : Optional.empty();
    }

    private static Optional<Long> parseNumber(String text) {
        return text.matches("-?\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    private static Optional<Long> parseBytes(String text) {
        Matcher parts = SIZE.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int shift =
                switch (parts.group(2)) {
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    default -> 0;
                };
        long number = Long.parseLong(parts.group(1));
        return number <= Long.MAX_VALUE >> shift ? Optional.of(number << shift) : Optional.empty();
    }

    /** A time as settings spell it, {@code 500ms}, {@code 30s}, {@code 7d}; empty for others. */
    public static Optional<Duration> time(String text) {
        Matcher parts = TIME.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(parts.group(1));
        return Optional.of(
                switch (parts.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }

    private String nearest(String key) {
        return known.stream()
                .min(java.util.Comparator.comparingInt(k -> Spelling.distance(key, k)))
                .filter(k -> Spelling.distance(key, k) <= Math.max(NEAR, key.length() / 3))
                .map(k -> "; did you mean " + k + "?")
                .orElse("");
    }
}
