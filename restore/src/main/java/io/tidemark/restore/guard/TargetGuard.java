package io.tidemark.restore.guard;

import io.tidemark.restore.Replacement;
import io.tidemark.restore.config.ClusterMetadata;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.previous.Keeping;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Decides whether one replica set may be restored into one target. */
public final class TargetGuard {
    /**
     * Of a target that holds data. Nothing of a restore that is done stays in the target, so this
     * can't be known.
     */
    public static final String IF_ENDED =
            "; if this restore has ended before, that is what it put there, and nothing is left to"
                    + " do";

    private static final int EXAMPLES = 5;
    private static final Pattern VERSION_PART = Pattern.compile("\\d{1,4}");
    private final SourceCluster source;
    private final ClusterMetadata metadata;
    private final Replacement replacement;

    public TargetGuard(SourceCluster source, Replacement replacement) {
        this.source = source;
        this.replacement = replacement;
        this.metadata = source.metadata();
    }

    /** Looks, and decides; what is in the way is not kept. */
    public TargetOutlook look(ReplicaSetPlan plan, TargetFacts target, SourceNeeds needs) {
        return look(plan, target, needs, Keeping.Decision.NOTHING);
    }

    /**
     * Looks, and decides.
     *
     * @param needs of the data that are to be restored
     * @param keeping how what is in the way is kept
     */
    public TargetOutlook look(
            ReplicaSetPlan plan, TargetFacts target, SourceNeeds needs, Keeping.Decision keeping) {
        List<String> reasons = new ArrayList<>();
        target.unfinished().ifPresent(mark -> reasons.add(halfDone(mark, plan)));
        if (!target.writable()) {
            reasons.add("it can't be written to: it is no primary");
        }
        if (target.unfinished().isEmpty()) {
            checkEmpty(target, replacement, reasons);
        }
        if (target.condition().router()) {
            reasons.add("it is a router (mongos): name the replica set itself");
        }
        checkIsNotSource(target, reasons);
        checkVersion(target, needs, reasons);
        checkRoom(target, needs.leastBytes(), keeping.kept().bytes(), reasons);
        reasons.addAll(keeping.reasons());
        checkIdentity(plan, target, reasons);
        checkCluster(plan, target, reasons);
        return new TargetOutlook(
                "replica set " + plan.replicaSet(),
                target,
                List.of(needs),
                target.userCollections(),
                keeping.kept(),
                reasons);
    }

    private static String halfDone(String mark, ReplicaSetPlan plan) {
        return "an earlier restore ("
                + mark
                + ") began here and did not end, so what it holds is half done. Drop its user"
                + " databases"
                + (plan.isConfigServer() ? ", the documents that it wrote into config" : "")
                + " and the database "
                + ReplayTarget.MARK_DATABASE
                + ", then restore again";
    }

    /**
     * The same of a target that holds the base: what it holds is what it should.
     *
     * @param goesOn whether an earlier run has begun with it
     */
    public TargetOutlook lookAtHolding(ReplicaSetPlan plan, TargetFacts target, boolean goesOn) {
        List<String> reasons = new ArrayList<>();
        target.unfinished()
                .ifPresent(
                        mark ->
                                reasons.add(
                                        "an earlier restore ("
                                                + mark
                                                + ") began here and did not end: put the base into"
                                                + " it anew"));
        if (!target.writable()) {
            reasons.add("it can't be written to: it is no primary");
        }
        if (target.condition().router()) {
            reasons.add("it is a router (mongos): name the replica set itself");
        }
        if (!goesOn && target.userCollections().isEmpty() && !plan.isConfigServer()) {
            reasons.add("it holds no data, and so no base; leave out --base external");
        }
        List<String> signs = source.signsIn(target);
        if (!signs.isEmpty()) {
            reasons.add(
                    "by the base's config.shards it is the source: "
                            + String.join(", and ", signs)
                            + ". If it is a copy whose config.shards was edited, put the source's"
                            + " documents back: the restore writes the targets' hosts itself");
        }
        return new TargetOutlook(
                "replica set " + plan.replicaSet(),
                target,
                List.of(),
                List.of(),
                KeptPrevious.NOTHING,
                reasons);
    }

    /** The same of a shard that the archive does not know. */
    public TargetOutlook lookAtAdded(String id, TargetFacts target) {
        List<String> reasons = new ArrayList<>();
        if (!target.writable() || target.condition().router()) {
            reasons.add("it is not the primary of a replica set");
        }
        checkEmpty(target, Replacement.NONE, reasons);
        checkIsNotSource(target, reasons);
        target.shardIdentity()
                .filter(own -> !own.equals(id))
                .ifPresent(own -> reasons.add("it is shard '" + own + "' of a cluster"));
        return new TargetOutlook(
                "the added shard '" + id + "'",
                target,
                List.of(),
                target.userCollections(),
                KeptPrevious.NOTHING,
                reasons);
    }

    private static void checkEmpty(
            TargetFacts target, Replacement replacement, List<String> reasons) {
        List<Namespace> refused =
                target.userCollections().stream().filter(n -> !replacement.covers(n)).toList();
        if (!refused.isEmpty()) {
            reasons.add(
                    "it holds data: "
                            + Counted.of(refused.size(), "collection")
                            + ", such as "
                            + examples(refused)
                            + ". Restore into an empty target, or name the databases that may go by"
                            + " --replace"
                            + IF_ENDED);
        }
        // Whose collections may all go, its chunks may.
        if (target.chunks() > 0 && replacement.names().isEmpty()) {
            reasons.add(
                    "its config.chunks holds "
                            + Counted.of(target.chunks(), "chunk")
                            + " of sharded collections: name the databases that may go by"
                            + " --replace");
        }
    }

    public static String examples(Collection<Namespace> names) {
        return names.stream()
                .limit(EXAMPLES)
                .map(Object::toString)
                .collect(Collectors.joining(", "));
    }

    private void checkIsNotSource(TargetFacts target, List<String> reasons) {
        List<String> signs = source.signsIn(target);
        if (!signs.isEmpty()) {
            reasons.add("it is, or knows, the source cluster: " + String.join(", and ", signs));
        }
    }

    public static void checkVersion(TargetFacts target, SourceNeeds needs, List<String> reasons) {
        String source = needs.version().orElse("");
        if (isOlder(target.serverVersion(), source, 1)) {
            reasons.add(
                    "it runs MongoDB "
                            + target.serverVersion()
                            + ", older than the source's "
                            + source);
        }
        String features = target.condition().featureVersion().orElse("");
        String wanted = needs.featureVersion().orElse("");
        if (isOlder(features, wanted, 2)) {
            reasons.add(
                    "its featureCompatibilityVersion is "
                            + features
                            + ", lower than the source's "
                            + wanted
                            + ": raise it by setFeatureCompatibilityVersion");
        }
    }

    /**
     * @param baseBytes of the base, as it is compressed in the archive
     * @param copiedBytes of what is copied before, to be kept
     */
    public static void checkRoom(
            TargetFacts target, long baseBytes, long copiedBytes, List<String> reasons) {
        OptionalLong free = target.condition().freeBytes();
        if (free.isPresent() && free.getAsLong() < baseBytes + copiedBytes) {
            reasons.add(
                    "its volume has "
                            + free.getAsLong()
                            + " bytes free, and the base alone has "
                            + baseBytes
                            + " as it is compressed in the archive"
                            + (copiedBytes == 0
                                    ? ""
                                    : "; copies of what --keep-previous keeps take "
                                            + copiedBytes
                                            + " more"));
        }
    }

    /** False if one of them is no version. */
    private static boolean isOlder(String own, String other, int parts) {
        List<Integer> left = numbers(own, parts);
        List<Integer> right = numbers(other, parts);
        boolean known = left.size() == parts && right.size() == parts;
        for (int i = 0; known && i < parts; i++) {
            if (!left.get(i).equals(right.get(i))) {
                return left.get(i) < right.get(i);
            }
        }
        return false;
    }

    private static List<Integer> numbers(String version, int parts) {
        return VERSION_PART
                .matcher(version)
                .results()
                .limit(parts)
                .map(part -> Integer.valueOf(part.group()))
                .toList();
    }

    private void checkIdentity(ReplicaSetPlan plan, TargetFacts target, List<String> reasons) {
        Optional<String> wanted = source.shardIdOf(plan).map(source.names()::of);
        boolean other =
                wanted.isPresent()
                        && target.shardIdentity().isPresent()
                        && !target.shardIdentity().equals(wanted);
        if (other) {
            reasons.add(
                    "it is shard '"
                            + target.shardIdentity().get()
                            + "' of a cluster, but the data are shard '"
                            + wanted.get()
                            + "'s; other ids are given by --map OLD=NEW");
        }
    }

    private void checkCluster(ReplicaSetPlan plan, TargetFacts target, List<String> reasons) {
        if (!target.isClusterMember()) {
            return;
        }
        boolean maySpread =
                metadata.shards().size() > 1
                        && metadata.shardedCollections().keySet().stream()
                                .anyMatch(name -> !name.database().equals("config"));
        if (maySpread && !target.choosesUuids()) {
            reasons.add(
                    "it belongs to a sharded cluster but has no applyOps, so sharded collections"
                            + " can't get one UUID on all shards");
        }
        List<Namespace> series =
                metadata.shardedCollections().keySet().stream()
                        .filter(name -> name.collection().startsWith("system.buckets."))
                        .toList();
        if (metadata.shards().size() > 1 && !series.isEmpty()) {
            reasons.add(
                    "it belongs to a sharded cluster, and time-series collections that are sharded"
                            + " ("
                            + series.get(0)
                            + (series.size() > 1 ? " and others" : "")
                            + ") can't get one UUID on all shards: restore into replica sets of no"
                            + " cluster");
        }
        if (plan.isConfigServer()) {
            checkShards(target, reasons);
        }
    }

    private void checkShards(TargetFacts target, List<String> reasons) {
        Set<String> shards = new TreeSet<>(source.added());
        metadata.shards().forEach(shard -> shards.add(source.names().of(shard.id())));
        Set<String> known = new TreeSet<>(target.knownShards());
        Set<String> more = new TreeSet<>(known);
        more.removeAll(shards);
        if (!known.containsAll(shards)) {
            reasons.add(
                    "its cluster has the shards "
                            + known
                            + ", the restored one would have "
                            + shards
                            + ": give other ids by --map OLD=NEW");
        } else if (!more.isEmpty()) {
            reasons.add(
                    "its cluster has the shards "
                            + more
                            + " beside the archive's: name each by --add-shard ID=URI, so that it"
                            + " is seen to be empty");
        }
    }
}
