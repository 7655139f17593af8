package io.tidemark.streams.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.window.Base;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SignalCodecTest {
    private static final ReplicaSet RS0 = new ReplicaSet("rs0");
    private static final ClusterTime EARLY = new ClusterTime(5, 0);
    private static final ClusterTime LATE = new ClusterTime(0xFFFF_FFFFL, 7);
    private static final List<Shard> SHARDS =
            List.of(new Shard("s 0", RS0), new Shard("é", new ReplicaSet("rs1")));
    private static final List<Signal> SIGNALS =
            List.of(
                    new Signal.Observed(
                            new Observation(LATE, RS0, List.of(new Fact.Missing(EARLY)))),
                    new Signal.Frontier(RS0, LATE),
                    new Signal.Begins(RS0, EARLY, Optional.empty(), Optional.empty()),
                    new Signal.Begins(
                            RS0,
                            EARLY,
                            Optional.of(ReplicaSetRole.CONFIG_SERVER),
                            Optional.of(SHARDS)),
                    new Signal.Begins(
                            RS0,
                            EARLY,
                            Optional.of(ReplicaSetRole.shard("s 0")),
                            Optional.of(List.of())),
                    new Signal.Role(RS0, ReplicaSetRole.shard("s0")),
                    new Signal.Lost(RS0, new Gap(EARLY, LATE, "")),
                    new Signal.Lost(RS0, new Gap(EARLY, LATE, "rolled over; now what?")),
                    new Signal.Reborn(RS0, EARLY, LATE),
                    new Signal.Archived(RS0, LATE),
                    new Signal.Ended(RS0, LATE),
                    new Signal.BaseTaken("b", List.of(new Base("b", RS0, EARLY, LATE))),
                    new Signal.BaseTaken("none", List.of()),
                    new Signal.BaseGone("b"),
                    new Signal.Founded(RS0, SHARDS, true),
                    new Signal.Founded(RS0, List.of(), true),
                    new Signal.Founded(RS0, SHARDS, false),
                    new Signal.Forget(LATE));

    @Test
    void everySignalIsReadAsItWasWritten() {
        assertThat(SIGNALS.stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Signal.class.getPermittedSubclasses());
        for (Signal signal : SIGNALS) {
            assertThat(SignalCodec.read(SignalCodec.write(signal))).isEqualTo(signal);
        }
    }

    @Test
    void whatIsNoSignalIsRefusedWithWords() {
        assertThatThrownBy(() -> SignalCodec.read("what".getBytes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'what'");
    }
}
