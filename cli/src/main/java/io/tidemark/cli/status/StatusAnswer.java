package io.tidemark.cli.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.operation.OperationAnswer;
import io.tidemark.schemas.avro.CaptureStatus;
import io.tidemark.schemas.avro.StatusOptime;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.object.DamagedObjectException.Damage;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Where capture and archive stand, in words and as JSON. */
record StatusAnswer(
        ArchiveStatus archive,
        Map<ReplicaSet, CaptureStatus> captured,
        List<OperationAnswer> operations,
        Instant now,
        Duration drillAge) {

    void words(PrintStream out) {
        archive.restorableUntil()
                .ifPresentOrElse(
                        until ->
                                out.printf(
                                        "Restorable until %s (%s), %,d s ago%s.%n",
                                        until, until.toInstant(), age(until), by()),
                        () -> out.println("Not restorable. " + archive.hindrance().orElse("")));
        for (ReplicaSet set : replicaSets()) {
            out.printf(
                    "  %-12s archived until %s%s%n",
                    set,
                    archivedUntil(set).map(ClusterTime::toString).orElse("nothing yet"),
                    Optional.ofNullable(captured.get(set)).map(StatusAnswer::line).orElse(""));
            Optional.ofNullable(captured.get(set))
                    .map(CaptureStatus::getWarning)
                    .ifPresent(warning -> out.println("    WARNING: " + warning));
        }
        if (!archive.gaps().isEmpty()) {
            out.println("  gaps behind the newest base:");
            archive.gaps()
                    .forEach(
                            gap ->
                                    out.printf(
                                            "    %s (%s, %s]%n",
                                            gap.replicaSet(), gap.after(), gap.through()));
        }
        archive.lastBase().ifPresent(base -> out.println("  newest base serves from " + base));
        drills().words(out);
        standbys().forEach(standby -> standby.words(out));
        problems()
                .forEach(
                        damage ->
                                out.printf(
                                        "  DAMAGED: %s %s: %s.%n    What to do: %s.%n",
                                        damage.key(), damage.what(), damage.means(), damage.act()));
        if (!operations.isEmpty()) {
            out.println("Operations:");
            operations.forEach(operation -> operation.words(out));
        }
    }

    /** What of the archive can't be read, though the rest of this answer can be given. */
    List<Damage> problems() {
        return archive.standbys().damaged();
    }

    private List<StandbyStatus> standbys() {
        ClusterTime newest =
                Stream.concat(
                                archive.archivedUntil().values().stream(),
                                captured.values().stream()
                                        .flatMap(s -> time(s.getCapturedUntil()).stream()))
                        .max(Comparator.naturalOrder())
                        .orElse(ClusterTime.ZERO);
        return archive.standbys().notes().stream()
                .map(note -> new StandbyStatus(note, newest, now))
                .toList();
    }

    private DrillStatus drills() {
        return new DrillStatus(archive.lastDrill(), archive.lastProven(), now, drillAge);
    }

    private String by() {
        return archive.timelineStored()
                ? ""
                : "; whether that time is safe, 'tidemark windows' says";
    }

    private static String line(CaptureStatus status) {
        return String.format(
                "; captured until %s, %s by %s, %,d s behind, oplog reaches back %,d s%s%s",
                time(status.getCapturedUntil()).map(ClusterTime::toString).orElse("nothing yet"),
                status.getState(),
                status.getOwner(),
                status.getLagSeconds(),
                status.getOplogWindowSeconds(),
                status.getOplogHeadroomSeconds() == null
                        ? ""
                        : String.format(" and leaves %,d s", status.getOplogHeadroomSeconds()),
                status.getError() == null ? "" : "; " + status.getError());
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        archive.restorableUntil()
                .ifPresentOrElse(
                        until ->
                                json.put("restorableUntil", until.toString())
                                        .put("ageSeconds", age(until)),
                        () -> json.putNull("restorableUntil").putNull("ageSeconds"));
        json.put("timeline", archive.timelineStored() ? "stored" : "none");
        archive.hindrance().ifPresent(why -> json.put("hindrance", why));
        ArrayNode shards = json.putArray("shards");
        replicaSets().forEach(set -> shards.add(shard(set)));
        ArrayNode gaps = json.putArray("gaps");
        archive.gaps()
                .forEach(
                        gap ->
                                gaps.addObject()
                                        .put("replicaSet", gap.replicaSet().name())
                                        .put("after", gap.after().toString())
                                        .put("through", gap.through().toString()));
        json.put("lastBase", archive.lastBase().map(ClusterTime::toString).orElse(null));
        drills().put(json);
        ArrayNode followers = json.putArray("standbys");
        standbys().forEach(standby -> standby.put(followers));
        ArrayNode damaged = json.putArray("problems");
        problems()
                .forEach(
                        damage ->
                                damaged.addObject()
                                        .put("key", damage.key())
                                        .put("what", damage.what())
                                        .put("means", damage.means())
                                        .put("act", damage.act()));
        ArrayNode all = json.putArray("operations");
        operations.forEach(operation -> all.add(operation.json()));
        return json;
    }

    private ObjectNode shard(ReplicaSet set) {
        ObjectNode one = JsonNodeFactory.instance.objectNode().put("name", set.name());
        Optional.ofNullable(archive.roles().get(set))
                .ifPresent(role -> one.put("role", role.toString()));
        Optional<CaptureStatus> status = Optional.ofNullable(captured.get(set));
        one.put(
                "capturedUntil",
                status.flatMap(s -> time(s.getCapturedUntil()))
                        .map(ClusterTime::toString)
                        .orElse(null));
        one.put("archivedUntil", archivedUntil(set).map(ClusterTime::toString).orElse(null));
        // Behind the source where capture tells it, else behind the clock.
        Optional<Long> lag =
                status.map(CaptureStatus::getLagSeconds)
                        .or(() -> archivedUntil(set).map(this::age));
        one.put("lagSeconds", lag.orElse(null));
        one.put(
                "oplogWindowSeconds",
                status.map(CaptureStatus::getOplogWindowSeconds).orElse(null));
        one.put(
                "oplogHeadroomSeconds",
                status.map(CaptureStatus::getOplogHeadroomSeconds).orElse(null));
        one.put("warning", status.map(CaptureStatus::getWarning).orElse(null));
        status.ifPresent(
                s ->
                        one.put("state", s.getState())
                                .put("owner", s.getOwner())
                                .put("error", s.getError()));
        return one;
    }

    private Set<ReplicaSet> replicaSets() {
        Set<ReplicaSet> all = new TreeSet<>(archive.archivedUntil().keySet());
        all.addAll(captured.keySet());
        return all;
    }

    private Optional<ClusterTime> archivedUntil(ReplicaSet set) {
        return Optional.ofNullable(archive.archivedUntil().get(set));
    }

    private long age(ClusterTime time) {
        return Math.max(0, now.getEpochSecond() - time.seconds());
    }

    private static Optional<ClusterTime> time(StatusOptime optime) {
        return optime == null
                ? Optional.empty()
                : Optional.of(new ClusterTime(optime.getSeconds(), optime.getIncrement()));
    }
}
