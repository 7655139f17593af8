package io.tidemark.cli.dump;

import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.backupfile.BackupFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DumpDirectoryTest {
    @TempDir private Path folder;

    @Test
    void findsCollectionsWithAndWithoutMetadata() {
        write(folder.resolve("shop/orders.bson"), new byte[0]);
        write(folder.resolve("shop/carts.bson.gz"), new byte[0]);
        text(
                "shop/carts.metadata.json",
                """
                {"options": {"capped": true, "size": {"$numberInt": "4096"}},
                 "indexes": [{"v": {"$numberInt": "2"}, "key": {"_id": {"$numberInt": "1"}},
                              "name": "_id_"}],
                 "uuid": "0102030405060708090a0b0c0d0e0f10", "collectionName": "carts"}
                """);

        FileDump dump = DumpDirectory.read(folder);

        assertThat(dump.collections())
                .extracting(c -> c.namespace().toString())
                .containsExactly("shop.carts", "shop.orders");
        CollectionMetadata carts = dump.collections().get(0).metadata();
        assertThat(carts.uuid()).contains(UUID.fromString("01020304-0506-0708-090a-0b0c0d0e0f10"));
        assertThat(carts.options().getInt32("size").getValue()).isEqualTo(4096);
        assertThat(carts.indexes()).hasSize(1);
        assertThat(dump.collections().get(1).metadata().uuid()).isEmpty();
    }

    @Test
    void readsNamesAsMongodumpSpellsThem() {
        write(folder.resolve("shop/a%2Fb%24c%C3%A9 100%.bson"), new byte[0]);
        write(folder.resolve("shop/shortened%24abc.bson"), new byte[0]);
        text("shop/shortened%24abc.metadata.json", "{\"collectionName\": \"a long name\"}");

        assertThat(DumpDirectory.read(folder).collections())
                .extracting(c -> c.namespace().toString())
                .containsExactly("shop.a long name", "shop.a/b$cé 100%");
    }

    @Test
    void aViewHasMetadataOnly() {
        text(
                "shop/paid.metadata.json",
                "{\"type\": \"view\", \"options\": {\"viewOn\": \"orders\", \"pipeline\": []}}");

        DumpedCollection view = DumpDirectory.read(folder).collections().get(0);

        assertThat(view.hasDocuments()).isFalse();
        assertThat(view.metadata().type()).isEqualTo("view");
    }

    @Test
    void theDumpsOwnOplogLiesAtItsTop() {
        write(folder.resolve("oplog.bson"), new byte[0]);
        write(folder.resolve("shop/oplog.bson"), new byte[0]);

        FileDump dump = DumpDirectory.read(folder);

        assertThat(dump.oplog()).contains(BackupFile.of(folder.resolve("oplog.bson")));
        assertThat(dump.collections()).hasSize(1);
    }

    @Test
    void namesTheUsersOfOneDatabaseThatItLeavesOut() {
        write(folder.resolve("shop/orders.bson"), new byte[0]);
        write(folder.resolve("shop/$admin.system.users.bson.gz"), new byte[0]);
        text("shop/$admin.system.users.metadata.json.gz", "");

        FileDump dump = DumpDirectory.read(folder);

        assertThat(dump.collections()).hasSize(1);
        assertThat(dump.leftOut()).containsExactly("shop/$admin.system.users.bson.gz");
    }

    @Test
    void refusesOneDatabasesFolderAndAMissingOne() {
        write(folder.resolve("orders.bson"), new byte[0]);

        assertThatThrownBy(() -> DumpDirectory.read(folder))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("folder above");
        assertThatThrownBy(() -> DumpDirectory.read(folder.resolve("missing")))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("no folder");
    }

    @Test
    void refusesMetadataThatIsDamaged() {
        write(folder.resolve("shop/orders.bson"), new byte[0]);
        text("shop/orders.metadata.json", "{\"indexes\": [");

        assertThatThrownBy(() -> DumpDirectory.read(folder))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("orders.metadata.json");
    }

    private void text(String path, String content) {
        write(folder.resolve(path), content.getBytes(StandardCharsets.UTF_8));
    }
}
