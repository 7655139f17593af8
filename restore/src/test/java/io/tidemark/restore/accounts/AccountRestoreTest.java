package io.tidemark.restore.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.target.MongoTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AccountRestoreTest {
    private static final Namespace USERS = Namespace.of("admin.system.users");
    private final MemoryTarget archived = new MemoryTarget();
    private final Problems problems = new Problems();
    private SimulatedReplicaSet server;
    private MongoTarget target;

    @BeforeEach
    void start() {
        server = SimulatedReplicaSet.builder("rs0").manualTicks().start();
        target = new MongoTarget(server.uri(), RestoreOptions.defaults());
        archived.create(USERS, Optional.empty(), RawDocument.of(new RawDocumentBuilder().build()));
    }

    @AfterEach
    void stop() {
        target.close();
        server.close();
    }

    @Test
    void putsUsersWithTheirCredentialsIntoAnEmptyTarget() {
        archive("admin.root", "theirs");
        archive("shop.app", "theirs");

        AccountChanges changes = restored();

        assertThat(changes).isEqualTo(new AccountChanges(2, List.of(), List.of(), List.of()));
        assertThat(users())
                .containsExactly(user("admin.root", "theirs"), user("shop.app", "theirs"));
        assertThat(changes.words("rs0")).isEmpty();
        assertThat(new AccountRestore(archived, target).verify(problems)).containsExactly(USERS);
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void leavesTheUserAsWhomItIsConnected() {
        server.onCommand(
                "connectionStatus",
                command ->
                        BsonDocument.parse(
                                "{ok: 1, authInfo: {authenticatedUsers: [{user: 'root', db:"
                                        + " 'admin'}], authenticatedUserRoles: []}}"));
        have("admin.root", "ours");
        have("shop.app", "ours");
        archive("admin.root", "theirs");
        archive("shop.app", "theirs");

        AccountChanges changes = restored();

        assertThat(users()).containsExactly(user("admin.root", "ours"), user("shop.app", "theirs"));
        assertThat(changes.left()).containsExactly("admin.root");
        assertThat(changes.replaced()).containsExactly("shop.app");
        assertThat(changes.words("rs0"))
                .anyMatch(w -> w.contains("User admin.root, as whom the restore is connected"))
                .anyMatch(w -> w.contains("[shop.app] of the target of rs0 are the source's now"));
        new AccountRestore(archived, target).verify(problems);
        assertThat(problems.list()).isEmpty();
    }

    @Test
    void keepsWhatOnlyTheTargetHas() {
        have("admin.operator", "ours");
        archive("admin.root", "theirs");

        AccountChanges changes = restored();

        assertThat(users())
                .containsExactly(user("admin.operator", "ours"), user("admin.root", "theirs"));
        assertThat(changes.kept()).containsExactly("admin.operator");
        assertThat(changes.words("rs0")).anyMatch(w -> w.contains("[admin.operator]"));
    }

    @Test
    void twiceChangesNothingMore() {
        archive("admin.root", "theirs");
        restored();

        assertThat(restored()).isEqualTo(new AccountChanges(0, List.of(), List.of(), List.of()));
    }

    @Test
    void aRunThatGoesOnTellsWhatTheOneBeforeItReplaced() {
        have("admin.root", "ours");
        have("shop.app", "ours");
        archive("admin.root", "theirs");
        archive("shop.app", "theirs");
        List<List<String>> told = new ArrayList<>();
        new AccountRestore(archived, target).run(List.of(), told::add);

        AccountChanges changes = new AccountRestore(archived, target).run(told.get(0), told::add);

        assertThat(told).containsExactly(List.of("admin.root", "shop.app"));
        assertThat(changes)
                .isEqualTo(
                        new AccountChanges(
                                0, List.of("admin.root", "shop.app"), List.of(), List.of()));
    }

    @Test
    void findsAUserThatIsNotAsItShouldBe() {
        archive("admin.root", "theirs");
        have("admin.root", "ours");

        new AccountRestore(archived, target).verify(problems);

        assertThat(problems.list()).singleElement().asString().contains("does not hold admin.root");
    }

    private AccountChanges restored() {
        return new AccountRestore(archived, target).run(List.of(), names -> {});
    }

    private void archive(String name, String password) {
        BsonDocument user = user(name, password);
        RawDocument raw = RawDocument.of(bytes(user));
        archived.write(
                USERS,
                List.of(new DocumentWrite.Put(DocumentId.ofDocument(raw), raw, true)),
                (id, d) -> {});
    }

    private void have(String name, String password) {
        server.primary()
                .run(
                        "admin",
                        new BsonDocument("insert", new org.bson.BsonString("system.users"))
                                .append(
                                        "documents",
                                        new org.bson.BsonArray(List.of(user(name, password)))));
    }

    private List<BsonDocument> users() {
        return server
                .primary()
                .find(USERS.toString(), new BsonDocument(), Optional.empty())
                .stream()
                .map(user -> BsonDocument.parse(user.toJson()))
                .toList();
    }

    private static BsonDocument user(String name, String password) {
        return BsonDocument.parse(
                "{_id: '%s', credentials: {'SCRAM-SHA-256': {storedKey: '%s'}}, roles: []}"
                        .formatted(name, password));
    }

    private static byte[] bytes(BsonDocument document) {
        RawBsonDocument raw = RawBsonDocument.parse(document.toJson());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return bytes;
    }
}
