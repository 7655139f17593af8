package io.tidemark.embedded.mongo.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

class ShardKeyTest {
    private final ShardKey compound = new ShardKey(BsonDocument.parse("{region: 1, 'user.id': 1}"));

    @Test
    void takesNullForAMissingField() {
        assertThat(compound.extract(BsonDocument.parse("{_id: 1, region: 'eu'}")))
                .isEqualTo(BsonDocument.parse("{region: 'eu', 'user.id': null}"));
    }

    @Test
    void refusesArraysAnywhereOnThePath() {
        assertThatThrownBy(
                        () ->
                                compound.extract(
                                        BsonDocument.parse("{region: 'eu', user: [{id: 1}]}")))
                .isInstanceOf(ServerError.class);
    }

    @Test
    void findsTheKeyInAFilterThatPinsEveryField() {
        assertThat(
                        compound.extractFromFilter(
                                BsonDocument.parse("{region: 'eu', user: {id: 3}, x: {$gt: 1}}")))
                .contains(BsonDocument.parse("{region: 'eu', 'user.id': 3}"));
        assertThat(
                        compound.extractFromFilter(
                                BsonDocument.parse("{region: {$in: ['a', 'b']}, 'user.id': 1}")))
                .isEmpty();
    }

    @Test
    void putsTheKeyBeforeTheIdInADocumentKey() {
        BsonDocument key =
                compound.documentKey(BsonDocument.parse("{_id: 1, user: {id: 4}, region: 'eu'}"));
        assertThat(key.toJson())
                .isEqualTo(BsonDocument.parse("{region: 'eu', 'user.id': 4, _id: 1}").toJson());
    }

    @Test
    void hashesNumbersOfAllTypesAlike() {
        ShardKey hashed = new ShardKey(BsonDocument.parse("{k: 'hashed'}"));
        BsonDocument one = hashed.extract(BsonDocument.parse("{k: 1}"));
        assertThat(hashed.extract(BsonDocument.parse("{k: 1.0}"))).isEqualTo(one);
        assertThat(hashed.extract(BsonDocument.parse("{k: {$numberLong: '1'}}"))).isEqualTo(one);
        assertThat(hashed.extract(BsonDocument.parse("{k: 2}"))).isNotEqualTo(one);
    }
}
