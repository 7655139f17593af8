package io.tidemark.restore.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.restore.BsonFiles;
import io.tidemark.schemas.bson.RawDocument;
import java.util.List;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

final class UnfinishedReshardingsTest {
    private static final String COPY =
            "{$binary: {base64: 'AAAAAAAAQACAAAAAAAAAAQ==', subType: '04'}}";
    private static final String SOURCE =
            "{$binary: {base64: 'AAAAAAAAQACAAAAAAAAAAg==', subType: '04'}}";

    private final RawDocument temporary =
            document("{_id: 'shop.system.resharding.1', uuid: " + COPY + ", key: {a: 1}}");
    private final RawDocument source =
            document(
                    "{_id: 'shop.orders', uuid: "
                            + SOURCE
                            + ", key: {b: 1}, reshardingFields: {state: 'cloning'},"
                            + " allowMigrations: false, permitMigrations: false}");
    private final UnfinishedReshardings reshardings =
            new UnfinishedReshardings(List.of(temporary, source));

    @Test
    void ownTheTemporaryCollectionAndItsChunksOnly() {
        assertThat(reshardings.own(temporary)).isTrue();
        assertThat(reshardings.own(document("{_id: 1, uuid: " + COPY + "}"))).isTrue();
        assertThat(reshardings.own(source)).isFalse();
        assertThat(reshardings.own(document("{_id: 2, uuid: " + SOURCE + "}"))).isFalse();
        assertThat(reshardings.own(document("{_id: 'a', ns: 'shop.orders'}"))).isFalse();
    }

    @Test
    void leaveTheCollectionAsItWasBeforeThem() {
        assertThat(reshardings.unmarked(source))
                .isEqualTo(
                        document(
                                "{_id: 'shop.orders', uuid: "
                                        + SOURCE
                                        + ", key: {b: 1}, permitMigrations: false}"));
    }

    @Test
    void touchNoCollectionThatIsNotResharded() {
        RawDocument other = document("{_id: 'shop.items', allowMigrations: false}");

        assertThat(reshardings.unmarked(other)).isEqualTo(other);
    }

    private static RawDocument document(String json) {
        return BsonFiles.raw(BsonDocument.parse(json));
    }
}
