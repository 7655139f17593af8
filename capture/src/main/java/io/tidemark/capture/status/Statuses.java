package io.tidemark.capture.status;

import io.tidemark.capture.metrics.Headroom;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.capture.tail.TailProgress;
import io.tidemark.capture.tail.TailState;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.avro.StatusOptime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Optional;

/** A tailer's progress as the record that others read. */
public final class Statuses {
    private Statuses() {}

    public static CaptureStatus of(
            ReplicaSet replicaSet,
            Optional<SourceSet> source,
            TailProgress progress,
            Optional<Headroom> headroom,
            String owner,
            long nowMillis) {
        CaptureStatus status = new CaptureStatus();
        status.setReplicaSet(replicaSet.name());
        source.ifPresent(
                s -> {
                    s.shardId().ifPresent(status::setShardId);
                    status.setConfigServer(s.isConfigServer());
                });
        status.setOwner(owner);
        status.setState(progress.state().word());
        progress.incarnation().map(Incarnation::id).ifPresent(status::setIncarnation);
        progress.capturedUntil().map(Statuses::optime).ifPresent(status::setCapturedUntil);
        progress.window().ifPresent(window -> set(status, window));
        status.setLagSeconds(progress.lagSeconds());
        headroom.ifPresent(
                h -> {
                    status.setOplogHeadroomSeconds(h.seconds());
                    h.warning().ifPresent(status::setWarning);
                });
        if (progress.state() instanceof TailState.Tailing tailing) {
            status.setMember(tailing.member().address());
        }
        status.setRecords(progress.entries());
        status.setGaps(progress.gaps());
        progress.error().ifPresent(status::setError);
        status.setUpdatedMillis(nowMillis);
        return status;
    }

    private static void set(CaptureStatus status, OplogWindow window) {
        status.setOldestEntry(optime(window.oldest()));
        status.setNewestEntry(optime(window.newest()));
        status.setOplogWindowSeconds(window.seconds());
    }

    private static StatusOptime optime(Optime optime) {
        return new StatusOptime(
                optime.clusterTime().seconds(), optime.clusterTime().increment(), optime.term());
    }
}
