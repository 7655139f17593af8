package io.tidemark.timeline.wire;

import io.tidemark.schemas.avro.BasePart;
import io.tidemark.schemas.avro.HolePart;
import io.tidemark.schemas.avro.MemberPart;
import io.tidemark.schemas.avro.MembershipPart;
import io.tidemark.schemas.avro.WatermarkPart;
import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.timeline.watermark.Membership;
import io.tidemark.timeline.watermark.Watermark;
import io.tidemark.timeline.window.Base;
import io.tidemark.timeline.window.Hole;
import io.tidemark.timeline.window.Policy;
import io.tidemark.timeline.window.RestoreWindows;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** The parts that hold for both policies: members, frontiers, holes, bases, watermark. */
final class ClusterParts {
    private ClusterParts() {}

    static void write(WindowsContent content, Map<String, WindowsRecord> parts) {
        content.windows().values().stream()
                .flatMap(windows -> windows.holes().stream())
                .distinct()
                .sorted()
                .forEach(hole -> parts.put(key(hole), part(hole)));
        Set<ReplicaSet> sets = new TreeSet<>(content.capturedFrontiers().keySet());
        sets.addAll(content.archivedFrontiers().keySet());
        content.members().forEach(member -> sets.add(member.replicaSet()));
        sets.forEach(set -> parts.put("member/" + set, member(set, content)));
        content.bases()
                .forEach(
                        base ->
                                parts.put(
                                        "base/" + base.replicaSet() + "/" + base.id(), part(base)));
    }

    static WindowsRecord watermark(WindowsContent content) {
        WindowsRecord part = new WindowsRecord();
        part.setWatermark(
                new WatermarkPart(
                        content.captured().at().toString(),
                        names(content.captured()),
                        content.archived().at().toString(),
                        names(content.archived())));
        return part;
    }

    static WindowsContent read(WatermarkPart watermark, Collection<WindowsRecord> parts) {
        Watermark archived = watermark(watermark.getArchived(), watermark.getArchivedHeldBackBy());
        List<Hole> holes = holes(parts);
        Map<Policy, RestoreWindows> windows = new EnumMap<>(Policy.class);
        for (Policy policy : Policy.values()) {
            new PolicyParts(policy, archived.at())
                    .read(parts, archived, holes)
                    .ifPresent(known -> windows.put(policy, known));
        }
        List<MemberPart> members = of(parts, WindowsRecord::getMember);
        return new WindowsContent(
                watermark(watermark.getCaptured(), watermark.getCapturedHeldBackBy()),
                archived,
                windows,
                members.stream().flatMap(member -> memberships(member).stream()).toList(),
                frontiers(members, MemberPart::getCaptured),
                frontiers(members, MemberPart::getArchived),
                bases(parts));
    }

    private static WindowsRecord member(ReplicaSet set, WindowsContent content) {
        MemberPart member = new MemberPart();
        member.setReplicaSet(set.name());
        member.setMemberships(
                content.members().stream()
                        .filter(m -> m.replicaSet().equals(set))
                        .map(
                                m ->
                                        new MembershipPart(
                                                m.shard(),
                                                m.joined().toString(),
                                                Times.writeOptional(m.left())))
                        .toList());
        member.setCaptured(text(content.capturedFrontiers().get(set)));
        member.setArchived(text(content.archivedFrontiers().get(set)));
        WindowsRecord part = new WindowsRecord();
        part.setMember(member);
        return part;
    }

    private static List<Membership> memberships(MemberPart member) {
        ReplicaSet set = new ReplicaSet(member.getReplicaSet());
        return member.getMemberships().stream()
                .map(
                        m ->
                                new Membership(
                                        m.getShard(),
                                        set,
                                        Times.read(m.getJoined()),
                                        Times.readOptional(m.getLeft())))
                .toList();
    }

    private static Map<ReplicaSet, ClusterTime> frontiers(
            List<MemberPart> members, Function<MemberPart, String> which) {
        Map<ReplicaSet, ClusterTime> frontiers = new TreeMap<>();
        for (MemberPart member : members) {
            Times.readOptional(which.apply(member))
                    .ifPresent(time -> frontiers.put(new ReplicaSet(member.getReplicaSet()), time));
        }
        return frontiers;
    }

    private static String key(Hole hole) {
        return "hole/"
                + Times.padded(hole.gap().after())
                + "/"
                + hole.replicaSet()
                + "/"
                + Times.padded(hole.gap().through())
                + "/"
                + hole.kind().code();
    }

    private static WindowsRecord part(Hole hole) {
        WindowsRecord part = new WindowsRecord();
        part.setHole(
                new HolePart(
                        hole.replicaSet().name(),
                        hole.kind().code(),
                        hole.gap().after().toString(),
                        hole.gap().through().toString(),
                        hole.gap().reason()));
        return part;
    }

    private static List<Hole> holes(Collection<WindowsRecord> parts) {
        return of(parts, WindowsRecord::getHole).stream()
                .map(
                        hole ->
                                new Hole(
                                        new ReplicaSet(hole.getReplicaSet()),
                                        Hole.Kind.of(hole.getKind()),
                                        new Gap(
                                                Times.read(hole.getAfter()),
                                                Times.read(hole.getThrough()),
                                                hole.getReason())))
                .sorted()
                .toList();
    }

    private static WindowsRecord part(Base base) {
        WindowsRecord part = new WindowsRecord();
        part.setBase(
                new BasePart(
                        base.id(),
                        base.replicaSet().name(),
                        base.replayFrom().toString(),
                        base.usableFrom().toString()));
        return part;
    }

    private static List<Base> bases(Collection<WindowsRecord> parts) {
        return of(parts, WindowsRecord::getBase).stream()
                .map(
                        base ->
                                new Base(
                                        base.getId(),
                                        new ReplicaSet(base.getReplicaSet()),
                                        Times.read(base.getReplayFrom()),
                                        Times.read(base.getUsableFrom())))
                .toList();
    }

    private static <T> List<T> of(
            Collection<WindowsRecord> parts, Function<WindowsRecord, T> which) {
        return parts.stream().map(which).filter(Objects::nonNull).toList();
    }

    private static Watermark watermark(String at, List<String> heldBackBy) {
        return new Watermark(Times.read(at), heldBackBy.stream().map(ReplicaSet::new).toList());
    }

    private static List<String> names(Watermark watermark) {
        return watermark.heldBackBy().stream().map(ReplicaSet::name).toList();
    }

    private static String text(ClusterTime time) {
        return time == null ? null : time.toString();
    }
}
