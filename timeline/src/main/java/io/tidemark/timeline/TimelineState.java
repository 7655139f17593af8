package io.tidemark.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.pair.PairingState;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.watermark.Roster;
import java.util.List;
import java.util.Map;

/** All that a {@link TimelineFold} knows, as plain records. */
record TimelineState(
        ReplicaSet config,
        Roster.State roster,
        Map<ReplicaSet, ClusterTime> captured,
        Map<ReplicaSet, Map<String, List<Fact>>> openParts,
        List<Observation> pending,
        PairingState pairing,
        List<TopologyEvent> events,
        ArchiveRecord.State archive,
        ClusterTime remembered) {}
