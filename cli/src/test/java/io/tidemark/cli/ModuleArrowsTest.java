package io.tidemark.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The arrows between modules: capture, streams, sink and restore meet only in topics and bucket.
 */
class ModuleArrowsTest {
    private static final Map<String, Set<String>> MAY_DEPEND_ON =
            new TreeMap<>(
                    Map.of(
                            "schemas", Set.of(),
                            "storage", Set.of("schemas"),
                            "metrics", Set.of("schemas"),
                            "timeline", Set.of("schemas"),
                            "embedded", Set.of(),
                            "capture", Set.of("schemas", "storage", "metrics"),
                            "streams", Set.of("schemas", "timeline"),
                            "sink", Set.of("schemas", "storage", "metrics"),
                            "restore", Set.of("schemas", "storage", "timeline")));

    private static final List<String> CLIENTS =
            List.of(
                    "com.mongodb..",
                    "org.apache.kafka..",
                    "software.amazon..",
                    "io.javalin..",
                    "java.net.http..");

    private static JavaClasses classes;

    @BeforeAll
    static void load() {
        classes =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.tidemark");
    }

    @Test
    void everyModuleIsSeen() {
        assertThat(MAY_DEPEND_ON.keySet())
                .filteredOn(module -> !classes.containPackage("io.tidemark." + module))
                .as(
                        "modules without a class on the class path: the rules below would hold of"
                                + " nothing")
                .isEmpty();
    }

    @TestFactory
    List<DynamicTest> modulesDependOnlyOnWhatTheDesignAllows() {
        return MAY_DEPEND_ON.entrySet().stream()
                .map(
                        arrow ->
                                DynamicTest.dynamicTest(
                                        arrow.getKey() + " depends only on " + arrow.getValue(),
                                        () -> requireOnly(arrow.getKey(), arrow.getValue())))
                .toList();
    }

    private static void requireOnly(String module, Set<String> allowed) {
        String[] forbidden =
                Stream.concat(MAY_DEPEND_ON.keySet().stream(), Stream.of("cli", "bench"))
                        .filter(other -> !other.equals(module) && !allowed.contains(other))
                        .map(other -> "io.tidemark." + other + "..")
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.tidemark." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(classes);
    }

    /**
     * Packages below a module's own, whose few classes hold the others together. Metrics is one
     * package.
     */
    @TestFactory
    List<DynamicTest> packagesOfAModuleHaveNoCycles() {
        return Stream.of(
                        "schemas",
                        "storage",
                        "timeline",
                        "capture",
                        "streams",
                        "sink",
                        "restore",
                        "embedded",
                        "embedded.mongo",
                        "cli")
                .map(module -> DynamicTest.dynamicTest(module, () -> requireNoCycles(module)))
                .toList();
    }

    private static void requireNoCycles(String module) {
        slices().matching("io.tidemark." + module + ".(*)..")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @TestFactory
    List<DynamicTest> theDomainImportsNoClientLibrary() {
        return List.of(
                        "io.tidemark.schemas.model..",
                        "io.tidemark.schemas.oplog..",
                        "io.tidemark.schemas.bson..",
                        "io.tidemark.schemas.layout..",
                        "io.tidemark.timeline..",
                        "io.tidemark.restore.plan..",
                        "io.tidemark.restore.replay.update..",
                        "io.tidemark.restore.replay.transaction..")
                .stream()
                .map(part -> DynamicTest.dynamicTest(part, () -> requireNoClient(part)))
                .toList();
    }

    private static void requireNoClient(String part) {
        noClasses()
                .that()
                .resideInAPackage(part)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(CLIENTS.toArray(String[]::new))
                .allowEmptyShould(true)
                .check(classes);
    }
}
