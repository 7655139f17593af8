package io.tidemark.cli.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms as the MongoDB manual and listIndexes of a server show them. */
class SeriesIndexesTest {
    private static final SeriesIndexes SERIES =
            SeriesIndexes.of(BsonDocument.parse("{timeField: 'at', metaField: 'sensor'}"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{sensor: 1, at: 1} | {meta: 1, 'control.min.at': 1, 'control.max.at': 1}",
                "{at: -1} | {'control.max.at': -1, 'control.min.at': -1}",
                "{'sensor.place': '2dsphere'} | {'meta.place': '2dsphere'}",
                "{sensors: 1} | {'control.min.sensors': 1, 'control.max.sensors': 1}",
                "{where: '2dsphere'} | {'data.where': '2dsphere_bucket'}",
            })
    void aKeyIsTurnedIntoTheBucketsAndBack(String asked, String kept) {
        BsonDocument index =
                BsonDocument.parse("{v: 2, name: 'i'}").append("key", BsonDocument.parse(asked));

        BsonDocument onBuckets = SERIES.onBuckets(index);

        assertThat(onBuckets.getDocument("key").toJson())
                .isEqualTo(BsonDocument.parse(kept).toJson());
        assertThat(SERIES.asSeries(onBuckets)).isEqualTo(index);
    }

    @Test
    void whatIsInTheBucketsFormStaysAsItIs() {
        BsonDocument index = BsonDocument.parse("{key: {meta: 1, 'control.min.at': 1}, name: 'i'}");

        assertThat(SERIES.onBuckets(index)).isEqualTo(index);
    }

    @Test
    void aFilterOnMetadataIsTurnedAndOneOnMeasurementsIsRefused() {
        BsonDocument index = BsonDocument.parse("{name: 'p', key: {sensor: 1}}");
        BsonDocument known = BsonDocument.parse("{'sensor.on': true}");
        BsonDocument other = BsonDocument.parse("{heat: {$gt: 3}}");

        BsonDocument onBuckets =
                SERIES.onBuckets(index.clone().append("partialFilterExpression", known));

        assertThat(onBuckets.getDocument("partialFilterExpression"))
                .isEqualTo(BsonDocument.parse("{'meta.on': true}"));
        assertThatThrownBy(
                        () ->
                                SERIES.onBuckets(
                                        index.clone().append("partialFilterExpression", other)))
                .hasMessageContaining("index 'p' is partial by 'heat'");
    }
}
