package io.tidemark.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerVersion;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.report.RestoreReport;
import io.tidemark.schemas.model.Namespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and roles that a restore replaces are kept with the rest, and led back to with it. */
final class KeptAccountsTest {
    private static final List<String> ACCOUNTS = List.of("system.users", "system.roles");

    @TempDir static Path folder;
    private static ArchivedWorkload archived;
    private ServerTargets targets;

    @BeforeAll
    static void archiveAClusterWithAccounts() {
        ClusterWorkload workload = new ClusterWorkload(ServerVersion.V5_0, 32);
        for (SimulatedReplicaSet set : workload.cluster.replicaSets().values()) {
            put(set, "system.users", account("app", "'the source', kept: 1"));
            put(set, "system.users", account("late", "'the source'"));
            put(
                    set,
                    "system.roles",
                    "{_id: 'admin.reader', role: 'reader', db: 'admin', roles: []}");
        }
        workload.run(30);
        archived = new ArchivedWorkload(workload, folder);
    }

    @AfterAll
    static void stop() {
        archived.close();
    }

    /** Shards have users of their own and no roles, config servers both, and rs1 has neither. */
    @BeforeEach
    void fillTargets() {
        targets = new ServerTargets(archived.workload);
        TypedCommands.run(targets.of("rs0"), "shop", "{insert: 'old', documents: [{_id: 1}]}");
        for (SimulatedReplicaSet set : List.of(targets.of("rs0"), configServers())) {
            put(set, "system.users", account("app", "'an old secret', n: 2.0, m: NumberLong(3)"));
            put(set, "system.users", account("only", "'an old secret'"));
        }
        put(
                configServers(),
                "system.roles",
                "{_id: 'shop.reader', role: 'reader', db: 'shop', privileges: [], roles: []}");
    }

    @AfterEach
    void stopTargets() {
        targets.close();
    }

    @Test
    void theWayBackLeadsToTheAccountsThatWereThere() {
        Map<String, Set<String>> before = accounts();
        RestoreReport report =
                Restore.run(request(RestoreOptions.defaults()), RestoreProgress.silent());
        assertThat(accounts().get("rs0 system.users"))
                .hasSize(3)
                .noneMatch(user -> user.contains("an old secret") && user.contains("admin.app"));

        TypedCommands.runAll(report.rollback(), targets);

        assertThat(accounts()).isEqualTo(before);
        assertThat(keptInAdmin()).isEmpty();
        assertThat(report.rollback().toString() + report.replaced() + report.warnings())
                .as("credentials are no matter of a report")
                .doesNotContain("an old secret");
        assertThat(report.warnings())
                .anyMatch(w -> w.contains("kept as [admin." + PreviousNames.PREFIX));
    }

    @Test
    void theyAreGivenBackWhereTheRestoreIsTakenBack() {
        Map<String, Set<String>> before = accounts();
        RestoreProgress cutOff =
                new RestoreProgress() {
                    @Override
                    public void phase(Phase phase) {
                        if (phase == Phase.VERIFY) {
                            throw new IllegalStateException("cut off");
                        }
                    }
                };
        assertThatThrownBy(() -> Restore.run(request(RestoreOptions.defaults()), cutOff))
                .hasMessage("cut off");
        assertThat(accounts()).as("the source's are there").isNotEqualTo(before);

        RestoreReport report =
                Restore.run(
                        request(RestoreOptions.defaults().restarting(true)),
                        RestoreProgress.silent());

        TypedCommands.runAll(report.rollback(), targets);
        assertThat(accounts()).isEqualTo(before);
        assertThat(keptInAdmin()).isEmpty();
    }

    @Test
    void whereTheyAreLeftAloneNothingOfThemIsKept() {
        Map<String, Set<String>> before = accounts();

        RestoreReport report =
                Restore.run(
                        request(RestoreOptions.defaults().withAccounts(false)),
                        RestoreProgress.silent());

        assertThat(accounts()).isEqualTo(before);
        assertThat(keptInAdmin()).isEmpty();
        assertThat(report.rollback()).isNotEmpty().noneMatch(c -> c.contains("system.users"));
    }

    private RestoreRequest request(RestoreOptions options) {
        return archived.request(
                archived.end(), targets, options, new Replacement(Set.of("shop"), true));
    }

    private SimulatedReplicaSet configServers() {
        return targets.of(archived.workload.cluster.config().name());
    }

    private static String account(String name, String more) {
        return "{_id: 'admin.%1$s', user: '%1$s', db: 'admin', roles: [], credentials: {of: %2$s}}"
                .formatted(name, more);
    }

    private static void put(SimulatedReplicaSet set, String collection, String document) {
        TypedCommands.run(
                set, "admin", "{insert: '" + collection + "', documents: [" + document + "]}");
    }

    private Map<String, Set<String>> accounts() {
        Map<String, Set<String>> found = new TreeMap<>();
        archived.workload
                .cluster
                .replicaSets()
                .keySet()
                .forEach(
                        name ->
                                ACCOUNTS.forEach(
                                        in -> found.put(name + " " + in, texts(name, in))));
        return found;
    }

    private Set<String> texts(String replicaSet, String collection) {
        SimulatedReplicaSet set = targets.of(replicaSet);
        String namespace = "admin." + collection;
        Set<String> texts = new TreeSet<>();
        if (set.primary().collection(namespace).isPresent()) {
            set.primary()
                    .find(namespace, new BsonDocument(), Optional.empty())
                    .forEach(
                            document ->
                                    texts.add(new BsonDocument().append("", document).toString()));
        }
        return texts;
    }

    private Set<String> keptInAdmin() {
        Set<String> kept = new TreeSet<>();
        for (SimulatedReplicaSet set : targets.all()) {
            set.primary().collections().stream()
                    .map(c -> Namespace.of(c.namespace()))
                    .filter(name -> name.database().equals("admin") && PreviousNames.isKept(name))
                    .forEach(name -> kept.add(set + " " + name));
        }
        return kept;
    }
}
