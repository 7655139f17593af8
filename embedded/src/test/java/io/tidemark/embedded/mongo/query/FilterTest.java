package io.tidemark.embedded.mongo.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.embedded.mongo.ServerError;
import org.bson.BsonDocument;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                                {a: 1}                                | {a: 1.0}                           | true
                                {a: 1}                                | {a: [3, 1]}                        | true
                                {a: [3, 1]}                           | {a: [3, 1]}                        | true
                                {a: [3, 1]}                           | {a: [1, 3]}                        | false
                                {a: null}                             | {}                                 | true
                                {a: null}                             | {a: null}                          | true
                                {a: null}                             | {a: 1}                             | false
                                {'a.b': null}                         | {a: 5}                             | true
                                {'a.b': null}                         | {a: [1, 2]}                        | true
                                {'a.b': null}                         | {a: []}                            | true
                    {'a.b': null}                         | {a: [{b: 1}, []]}                  | false
                    {'a.0': 1}                            | {a: [[1, 2]]}                      | false
                    {'a.0': [1, 2]}                       | {a: [[1, 2]]}                      | true
                                {'a.b': null}                         | {a: [{b: 1}, {}]}                  | true
                                {'a.b': 2}                            | {a: [{b: 1}, {b: 2}]}              | true
                                {'a.1.b': 2}                          | {a: [{b: 1}, {b: 2}]}              | true
                                {'a.0.b': 2}                          | {a: [{b: 1}, {b: 2}]}              | false
                                {a: {b: 1}}                           | {a: {b: 1}}                        | true
                                {a: {b: 1, c: 1}}                     | {a: {c: 1, b: 1}}                  | false
                                {a: {$gt: 1}}                         | {a: 'x'}                           | false
                                {a: {$gt: 1, $lt: 3}}                 | {a: 2}                             | true
                                {a: {$gt: 5, $lt: 3}}                 | {a: [1, 9]}                        | true
                                {a: {$gte: {$minKey: 1}}}             | {a: 'x'}                           | true
                                {a: {$ne: 1}}                         | {a: [1, 2]}                        | false
                                {a: {$ne: 1}}                         | {}                                 | true
                                {a: {$in: [1, null]}}                 | {}                                 | true
                                {a: {$in: [/^x/]}}                    | {a: 'xy'}                          | true
                                {a: {$nin: [1]}}                      | {a: [1]}                           | false
                                {a: /B/i}                             | {a: 'abc'}                         | true
                                {a: {$regex: 'B', $options: 'i'}}     | {a: 'abc'}                         | true
                                {a: {$not: {$gt: 1}}}                 | {}                                 | true
                                {a: {$not: /x/}}                      | {a: 'x'}                           | false
                                {$or: [{a: 1}, {b: 1}]}               | {b: 1}                             | true
                                {$nor: [{a: 1}, {b: 1}]}              | {c: 1}                             | true
                                {$and: [{a: 1}, {b: 1}]}              | {a: 1}                             | false
                                {a: {$exists: true}}                  | {a: null}                          | true
                                {a: {$exists: false}}                 | {b: 1}                             | true
                                {a: {$type: 'number'}}                | {a: [1, 'x']}                      | true
                                {a: {$type: 'array'}}                 | {a: []}                            | true
                                {a: {$type: [2, 'bool']}}             | {a: 'x'}                           | true
                                {a: {$size: 2}}                       | {a: [1, 2]}                        | true
                                {a: {$all: [1, 2]}}                   | {a: [2, 1, 3]}                     | true
                                {a: {$all: []}}                       | {a: []}                            | false
                                {a: {$elemMatch: {b: 1, c: 2}}}       | {a: [{b: 1, c: 3}, {b: 4, c: 2}]}  | false
                                {a: {$elemMatch: {b: 1, c: 2}}}       | {a: [{b: 1, c: 2}]}                | true
                                {a: {$elemMatch: {$gt: 1, $lt: 3}}}   | {a: [0, 2]}                        | true
                                {a: {$elemMatch: {$gt: 1, $lt: 3}}}   | {a: [0, 4]}                        | false
                                {a: {$mod: [4, 1]}}                   | {a: 5}                             | true
                                {a: {$mod: [4, 1]}}                   | {a: 'x'}                           | false
                                {}                                    | {a: 1}                             | true
                    """)
    void matchesAsTheServer(String filter, String document, boolean matches) {
        assertThat(Filter.compile(BsonDocument.parse(filter)).matches(BsonDocument.parse(document)))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {a: {$near: 1}}        | 2
                    {$where: 'x'}          | 2
                    {$and: []}             | 2
                    {a: {$in: 1}}          | 2
                    {a: {$gt: 1, b: 2}}    | 2
                    {a: {$size: -1}}       | 9
                    """)
    void refusesWhatItDoesNotKnow(String filter, int code) {
        assertThatThrownBy(() -> Filter.compile(BsonDocument.parse(filter)))
                .isInstanceOfSatisfying(
                        ServerError.class, error -> assertThat(error.code()).isEqualTo(code));
    }
}
