package io.tidemark.timeline.pair;

import io.tidemark.schemas.model.ClusterTime;
import java.util.List;
import java.util.Map;

/** All that {@link Pairing} remembers; opaque, for snapshots. */
public record PairingState(
        ClusterTime knownFrom,
        List<Operation> open,
        List<Operation> ended,
        Map<String, String> collections,
        boolean catalogueComplete,
        boolean catalogueHoled,
        boolean seesChunks,
        List<PreparedTransaction> prepared) {}
