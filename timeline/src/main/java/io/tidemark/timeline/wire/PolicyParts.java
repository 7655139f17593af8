package io.tidemark.timeline.wire;

import io.tidemark.schemas.avro.UnsafeEvidence;
import io.tidemark.schemas.avro.UnsafePart;
import io.tidemark.schemas.avro.WindowPart;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.avro.WindowsSummary;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.RestoreWindow;
import io.tidemark.timeline.event.Evidence;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import io.tidemark.timeline.window.UnsafeInterval;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The parts of one policy's windows. An end at the watermark is left out: it moves with it. */
record PolicyParts(Policy policy, ClusterTime watermark) {

    WindowsRecord summary(RestoreWindows windows) {
        WindowsRecord part = part();
        part.setSummary(
                new WindowsSummary(
                        Times.writeOptional(windows.earliest()), windows.restorableShare()));
        return part;
    }

    WindowsRecord window(RestoreWindow window) {
        WindowsRecord part = part();
        part.setWindow(new WindowPart(window.earliest().toString(), end(window.latest())));
        return part;
    }

    WindowsRecord unsafe(UnsafeInterval interval) {
        UnsafePart unsafe = new UnsafePart();
        unsafe.setFrom(interval.from().toString());
        unsafe.setTo(end(interval.to()));
        unsafe.setKind(interval.kind());
        unsafe.setEvent(interval.event());
        unsafe.setNs(interval.ns());
        unsafe.setShards(interval.shards());
        unsafe.setReason(interval.reason());
        unsafe.setEvidence(interval.evidence().stream().map(PolicyParts::evidence).toList());
        WindowsRecord part = part();
        part.setUnsafe(unsafe);
        return part;
    }

    /** The policy's windows; empty if no part is about it. */
    Optional<RestoreWindows> read(
            Collection<WindowsRecord> parts, Watermark archived, List<Hole> holes) {
        List<WindowsRecord> own =
                parts.stream().filter(part -> policy.code().equals(part.getPolicy())).toList();
        return own.stream()
                .map(WindowsRecord::getSummary)
                .filter(Objects::nonNull)
                .findFirst()
                .map(
                        summary ->
                                new RestoreWindows(
                                        policy,
                                        watermark,
                                        archived.heldBackBy(),
                                        Times.readOptional(summary.getEarliest()),
                                        windows(own),
                                        unsafe(own),
                                        holes,
                                        summary.getRestorableShare()));
    }

    private List<RestoreWindow> windows(List<WindowsRecord> own) {
        return own.stream()
                .map(WindowsRecord::getWindow)
                .filter(Objects::nonNull)
                .map(w -> new RestoreWindow(Times.read(w.getEarliest()), end(w.getLatest())))
                .sorted(Comparator.comparing(RestoreWindow::earliest))
                .toList();
    }

    private List<UnsafeInterval> unsafe(List<WindowsRecord> own) {
        return own.stream()
                .map(WindowsRecord::getUnsafe)
                .filter(Objects::nonNull)
                .map(this::interval)
                .sorted()
                .toList();
    }

    private UnsafeInterval interval(UnsafePart part) {
        return new UnsafeInterval(
                Times.read(part.getFrom()),
                end(part.getTo()),
                part.getKind(),
                part.getEvent(),
                part.getNs(),
                part.getShards(),
                part.getReason(),
                part.getEvidence().stream().map(PolicyParts::evidence).toList());
    }

    private WindowsRecord part() {
        WindowsRecord part = new WindowsRecord();
        part.setPolicy(policy.code());
        return part;
    }

    private String end(ClusterTime time) {
        return time.equals(watermark) ? null : time.toString();
    }

    private ClusterTime end(String text) {
        return Times.readOptional(text).orElse(watermark);
    }

    private static UnsafeEvidence evidence(Evidence evidence) {
        return new UnsafeEvidence(
                evidence.at().toString(), evidence.replicaSet().name(), evidence.what());
    }

    private static Evidence evidence(UnsafeEvidence part) {
        return new Evidence(
                Times.read(part.getAt()), new ReplicaSet(part.getReplicaSet()), part.getWhat());
    }
}
