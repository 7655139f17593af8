package io.tidemark.embedded.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * What a registry knows: schemas by id, the versions of each subject, levels and modes. One text
 * has one id in all subjects. A deleted subject is hidden, and its ids stay readable, as records
 * written with them still exist.
 *
 * <p>Not safe for use by several threads.
 */
final class Registrations {
    static final String GLOBAL = "";

    /** One version of a subject. */
    record Version(String subject, int version, int id, String schema) {}

    private final List<String> schemas = new ArrayList<>(); // the id of element i is i + 1
    private final Map<String, List<Integer>> subjects = new TreeMap<>();
    private final Map<String, CompatibilityLevel> levels = new TreeMap<>();
    private final Map<String, String> modes = new TreeMap<>();

    Registrations() {
        levels.put(GLOBAL, CompatibilityLevel.BACKWARD);
        modes.put(GLOBAL, "READWRITE");
    }

    /** Everything, as it is kept in a file. */
    record Snapshot(
            List<String> schemas,
            Map<String, List<Integer>> subjects,
            Map<String, CompatibilityLevel> levels,
            Map<String, String> modes) {}

    Snapshot snapshot() {
        return new Snapshot(schemas, subjects, levels, modes);
    }

    static Registrations of(Snapshot snapshot) {
        Registrations registrations = new Registrations();
        registrations.schemas.addAll(snapshot.schemas());
        snapshot.subjects()
                .forEach((s, ids) -> registrations.subjects.put(s, new ArrayList<>(ids)));
        registrations.levels.putAll(snapshot.levels());
        registrations.modes.putAll(snapshot.modes());
        return registrations;
    }

    /** The version that holds this schema, a new one if none does. */
    Version register(String subject, String text) {
        Schema schema = parse(text);
        Optional<Version> known = find(subject, schema.toString());
        if (known.isPresent()) {
            return known.get();
        }
        if (!mode(subject, true).equals("READWRITE")) {
            throw Refusal.readOnly(subject);
        }
        List<Integer> ids = subjects.getOrDefault(subject, List.of());
        List<String> objections = level(subject, true).objections(schema, parsed(ids));
        if (!objections.isEmpty()) {
            throw Refusal.incompatible(subject, objections.toString());
        }
        subjects.computeIfAbsent(subject, s -> new ArrayList<>()).add(idOf(schema.toString()));
        return version(subject, "latest");
    }

    Version lookup(String subject, String text) {
        versions(subject);
        return find(subject, parse(text).toString()).orElseThrow(() -> Refusal.noSchema(""));
    }

    List<String> subjects() {
        return List.copyOf(subjects.keySet());
    }

    List<Integer> versions(String subject) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 1; i <= ids(subject).size(); i++) {
            numbers.add(i);
        }
        return numbers;
    }

    /**
     * @param version a number, or {@code latest} or {@code -1} for the last
     */
    Version version(String subject, String version) {
        int number = number(version);
        List<Integer> ids = ids(subject);
        int wanted = number == -1 ? ids.size() : number;
        if (wanted > ids.size()) {
            throw Refusal.noVersion(version);
        }
        int id = ids.get(wanted - 1);
        return new Version(subject, wanted, id, byId(id));
    }

    String byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw Refusal.noSchema(Integer.toString(id));
        }
        return schemas.get(id - 1);
    }

    List<Version> versionsOf(int id) {
        byId(id);
        List<Version> found = new ArrayList<>();
        subjects.forEach(
                (subject, ids) -> {
                    for (int i = 0; i < ids.size(); i++) {
                        if (ids.get(i) == id) {
                            found.add(new Version(subject, i + 1, id, byId(id)));
                        }
                    }
                });
        return found;
    }

    List<Integer> delete(String subject) {
        List<Integer> deleted = versions(subject);
        subjects.remove(subject);
        return deleted;
    }

    /**
     * What stands against a schema under the subject's level.
     *
     * @param version compare with this one only; empty: with those the level names
     */
    List<String> objections(String subject, Optional<String> version, String text) {
        Schema candidate = parse(text);
        List<Schema> earlier =
                version.isPresent()
                        ? List.of(parse(version(subject, version.get()).schema()))
                        : parsed(ids(subject));
        return level(subject, true).objections(candidate, earlier);
    }

    CompatibilityLevel level(String subject, boolean orGlobal) {
        CompatibilityLevel own = levels.get(subject);
        if (own == null && !orGlobal) {
            throw Refusal.noSubjectConfig(subject);
        }
        return own == null ? levels.get(GLOBAL) : own;
    }

    void setLevel(String subject, String level) {
        levels.put(
                subject,
                CompatibilityLevel.named(level).orElseThrow(() -> Refusal.invalidLevel(level)));
    }

    String mode(String subject, boolean orGlobal) {
        String own = modes.get(subject);
        if (own == null && !orGlobal) {
            throw Refusal.noSubjectConfig(subject);
        }
        return own == null ? modes.get(GLOBAL) : own;
    }

    void setMode(String subject, String mode) {
        if (!mode.equals("READWRITE") && !mode.equals("READONLY")) {
            throw Refusal.invalidMode(mode);
        }
        modes.put(subject, mode);
    }

    private Optional<Version> find(String subject, String canonical) {
        List<Integer> ids = subjects.getOrDefault(subject, List.of());
        int index = ids.indexOf(schemas.indexOf(canonical) + 1);
        return index < 0
                ? Optional.empty()
                : Optional.of(new Version(subject, index + 1, ids.get(index), canonical));
    }

    private int idOf(String canonical) {
        int index = schemas.indexOf(canonical);
        if (index < 0) {
            schemas.add(canonical);
            return schemas.size();
        }
        return index + 1;
    }

    private List<Integer> ids(String subject) {
        List<Integer> ids = subjects.get(subject);
        if (ids == null) {
            throw Refusal.noSubject(subject);
        }
        return ids;
    }

    private List<Schema> parsed(List<Integer> ids) {
        return ids.stream().map(id -> parse(byId(id))).toList();
    }

    private static int number(String version) {
        if (version.equals("latest") || version.equals("-1")) {
            return -1;
        }
        try {
            int number = Integer.parseInt(version);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw Refusal.invalidVersion(version);
        }
        throw Refusal.invalidVersion(version);
    }

    private static Schema parse(String text) {
        try {
            return new Schema.Parser().parse(text);
        } catch (SchemaParseException e) {
            throw Refusal.invalidSchema(e.getMessage());
        }
    }
}
