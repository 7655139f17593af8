package io.tidemark.capture.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.schemas.bson.RawDocument;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;

/** As servers list collections: up to 8.x, and an engine of 9.0. */
class ListedCollectionsTest {
    private static final UUID ID = UUID.fromString("0039dcc6-164a-4d7d-803e-5cf364a9ac55");
    private static final String SERIES =
            "{name: 'h', type: 'timeseries', options: {timeseries: {timeField: 't', metaField: 'm',"
                    + " granularity: 'seconds', bucketMaxSpanSeconds: 3600}}, info: {readOnly:"
                    + " false}}";

    @Test
    void aCollectionHasItsNameUuidAndOptions() {
        RawDocument collection =
                withUuid("{name: 'a.b', type: 'collection', options: {capped: true}, info: {}}");

        assertThat(ListedCollections.of("shop", collection))
                .hasValueSatisfying(
                        listed -> {
                            assertThat(listed.namespace()).hasToString("shop.a.b");
                            assertThat(listed.uuid()).isEqualTo(ID);
                            assertThat(listed.options().has("capped")).isTrue();
                        });
    }

    @Test
    void ofATimeSeriesOverBucketsTheBucketsAreRead() {
        assertThat(ListedCollections.of("plant", raw(BsonDocument.parse(SERIES)))).isEmpty();
        assertThat(
                        ListedCollections.of(
                                "plant",
                                withUuid(
                                        "{name: 'system.buckets.h', type: 'collection', options:"
                                                + " {timeseries: {timeField: 't'}}, info: {}}")))
                .isPresent();
    }

    @Test
    void aTimeSeriesThatIsItsOwnBucketsIsRefused() {
        assertThatThrownBy(() -> ListedCollections.of("plant", withUuid(SERIES)))
                .isInstanceOf(SourceRefusedException.class)
                .hasMessageContaining("plant.h is kept without a system.buckets collection");
    }

    private static RawDocument withUuid(String json) {
        BsonDocument document = BsonDocument.parse(json);
        document.getDocument("info").append("uuid", new BsonBinary(ID));
        return raw(document);
    }

    private static RawDocument raw(BsonDocument document) {
        RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
        byte[] bytes = new byte[raw.getByteBuffer().remaining()];
        raw.getByteBuffer().get(bytes);
        return RawDocument.of(bytes);
    }
}
