package io.tidemark.timeline;

import static io.tidemark.timeline.Entries.RS0;
import static io.tidemark.timeline.Entries.t;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TimelineJsonTest {
    private static final RawDocument DOCUMENT = Doc.of("{x:{$minKey:1}, y:'é'}");
    private static final Optional<ChunkRange> RANGE =
            Optional.of(new ChunkRange(DOCUMENT, Doc.of("{x:{$maxKey:1}}")));
    private static final List<Fact> FACTS =
            List.of(
                    new Fact.LogLine("split", "a.b", "s0", DOCUMENT),
                    new Fact.ChunkWrite("", "u", RANGE, "s0"),
                    new Fact.ChunkWrite("a.b", "", Optional.empty(), "s0"),
                    new Fact.CollectionWrite("a.b", "u", true),
                    new Fact.DatabaseWrite("a", "s0", false),
                    new Fact.ShardWrite("s0", Optional.of(RS0), Optional.of(true), false, false),
                    new Fact.ReshardWrite("u", "a.b", "cloning", "", false),
                    new Fact.CoordinatorWrite("a.b", "collMod_V3", false),
                    new Fact.MigrationWrite("u", "a.b", "s0", "s1", RANGE, false),
                    new Fact.Command("collMod", "a.b", "1f", "", true),
                    new Fact.Marker("movePrimary", "a", ""),
                    new Fact.Missing(t(3)),
                    new Fact.Prepared(DOCUMENT),
                    new Fact.Decided(DOCUMENT, true, Optional.of(t(4))),
                    new Fact.FcvWrite("7.0", true));

    @Test
    void everyFactSurvivesTheWay() {
        assertThat(FACTS.stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Fact.class.getPermittedSubclasses());

        Observation observation = new Observation(t(5), RS0, FACTS);
        assertThat(TimelineJson.observation(TimelineJson.write(observation)))
                .isEqualTo(observation);
    }

    @Test
    void whatIsNoObservationIsRefusedWithWords() {
        for (String text : Stream.of("", "{", "{\"at\":\"x\"}").toList()) {
            assertThatThrownBy(
                            () -> TimelineJson.observation(text.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("no Observation");
        }
    }
}
