package io.tidemark.timeline.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.bson.RawDocument;
import java.util.List;
import java.util.stream.Stream;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.Test;

class KeyOrderTest {
    @Test
    void boundsComeInTheServersOrder() {
        List<RawDocument> rising =
                Stream.of(
                                "{x:{$minKey:1}}",
                                "{x:null}",
                                "{x:{$numberDouble:'NaN'}}",
                                "{x:{$numberDouble:'-Infinity'}}",
                                "{x:{$numberLong:'-9223372036854775808'}}",
                                "{x:-1.5}",
                                "{x:0}",
                                "{x:{$numberDecimal:'0.1'}}",
                                "{x:1}",
                                "{x:{$numberLong:'9007199254740993'}}",
                                "{x:{$numberDouble:'9007199254740994'}}",
                                "{x:{$numberDouble:'Infinity'}}",
                                "{x:''}",
                                "{x:'a'}",
                                "{x:'ab'}",
                                "{x:'b'}",
                                "{x:'é'}",
                                "{x:{a:1}}",
                                "{x:{a:1, b:1}}",
                                "{x:{a:2}}",
                                "{x:{b:1}}",
                                "{x:{$binary:{base64:'/w==', subType:'00'}}}",
                                "{x:{$binary:{base64:'AAA=', subType:'00'}}}",
                                "{x:{$binary:{base64:'AAA=', subType:'04'}}}",
                                "{x:{$oid:'000000000000000000000001'}}",
                                "{x:{$oid:'800000000000000000000000'}}",
                                "{x:false}",
                                "{x:true}",
                                "{x:{$date:'1960-01-01T00:00:00Z'}}",
                                "{x:{$date:'2020-01-01T00:00:00Z'}}",
                                "{x:{$timestamp:{t:1, i:1}}}",
                                "{x:{$timestamp:{t:4000000000, i:1}}}",
                                "{x:{$maxKey:1}}")
                        .map(KeyOrderTest::document)
                        .toList();

        for (int i = 0; i < rising.size(); i++) {
            for (int j = 0; j < rising.size(); j++) {
                assertThat(Integer.signum(KeyOrder.INSTANCE.compare(rising.get(i), rising.get(j))))
                        .as(rising.get(i) + " and " + rising.get(j))
                        .isEqualTo(Integer.signum(Integer.compare(i, j)));
            }
        }
    }

    @Test
    void equalNumbersOfDifferentTypesAreEqual() {
        assertThat(KeyOrder.INSTANCE.compare(document("{x:1}"), document("{x:1.0}"))).isZero();
    }

    private static RawDocument document(String json) {
        BasicOutputBuffer out = new BasicOutputBuffer();
        try (BsonBinaryWriter writer = new BsonBinaryWriter(out)) {
            new BsonDocumentCodec()
                    .encode(writer, BsonDocument.parse(json), EncoderContext.builder().build());
        }
        return RawDocument.of(out.toByteArray());
    }
}
