package io.tidemark.restore.merge;

import static java.util.stream.Collectors.joining;

import io.tidemark.restore.Replacement;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.guard.TargetGuard;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.previous.KeptPrevious;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether a cluster, or parts of it, may be restored into one target. A selective restore
 * may go into a cluster that runs, the source itself too: it adds collections under names that are
 * free, or that the operator named.
 */
final class MergeGuard {
    private final SourceCluster source;
    private final List<Selection> selections;
    private final Replacement replacement;

    /**
     * @param selections empty for all of the cluster
     */
    MergeGuard(SourceCluster source, List<Selection> selections, Replacement replacement) {
        this.source = source;
        this.selections = List.copyOf(selections);
        this.replacement = replacement;
    }

    /**
     * Looks, and decides.
     *
     * @param needs of each replica set
     * @param needsRoom false where an earlier run has taken it already
     * @param unfinished why what is unfinished in the target is in the way of this restore
     */
    TargetOutlook look(
            TargetFacts target,
            List<SourceNeeds> needs,
            boolean needsRoom,
            Optional<String> unfinished) {
        List<String> reasons = new ArrayList<>();
        unfinished.ifPresent(reasons::add);
        if (!target.writable()) {
            reasons.add("it can't be written to: it is no primary and no router");
        }
        List<String> signs = selections.isEmpty() ? source.signsIn(target) : List.of();
        if (!signs.isEmpty()) {
            reasons.add("it is, or knows, the source cluster: " + String.join(", and ", signs));
        }
        needs.forEach(need -> TargetGuard.checkVersion(target, need, reasons));
        if (needsRoom) {
            long bytes = needs.stream().mapToLong(SourceNeeds::leastBytes).sum();
            TargetGuard.checkRoom(target, bytes, 0, reasons);
        }
        checkNames(target, reasons);
        return outlook(target, needs, inTheWay(target), reasons);
    }

    /** Of a restore that goes on while its collections get their names. */
    TargetOutlook lookAgain(TargetFacts target, List<SourceNeeds> needs, List<Namespace> inTheWay) {
        List<String> reasons =
                target.writable()
                        ? List.of()
                        : List.of("it can't be written to: it is no primary and no router");
        return outlook(target, needs, inTheWay, reasons);
    }

    TargetOutlook refuse(TargetFacts target, List<SourceNeeds> needs, String reason) {
        return outlook(target, needs, List.of(), List.of(reason));
    }

    private TargetOutlook outlook(
            TargetFacts target,
            List<SourceNeeds> needs,
            List<Namespace> inTheWay,
            List<String> reasons) {
        String place =
                selections.isEmpty()
                        ? "all replica sets"
                        : selections.stream().map(Object::toString).collect(joining(", "));
        return new TargetOutlook(
                place,
                target,
                needs,
                inTheWay,
                KeptPrevious.NOTHING,
                reasons.stream().distinct().toList());
    }

    /**
     * What has to go now that the restored collections are to get their names.
     *
     * @throws RestoreException.TargetRefused if some of it came into being meanwhile and may not go
     */
    List<Namespace> requireCovered(TargetFacts target) {
        List<Namespace> inTheWay = inTheWay(target);
        List<Namespace> refused = inTheWay.stream().filter(n -> !replacement.covers(n)).toList();
        if (!refused.isEmpty()) {
            throw new RestoreException.TargetRefused(
                    "While the restore was under way, "
                            + TargetGuard.examples(refused)
                            + " came into being in target "
                            + target.address()
                            + ", and --replace does not name it. The target is as it was; choose"
                            + " another name by --as, or let it go by --replace.");
        }
        return inTheWay;
    }

    private void checkNames(TargetFacts target, List<String> reasons) {
        Set<Namespace> refused = new TreeSet<>(inTheWay(target));
        refused.removeIf(replacement::covers);
        if (refused.isEmpty()) {
            return;
        }
        String examples = TargetGuard.examples(refused);
        if (selections.isEmpty()) {
            reasons.add(
                    "it holds data: "
                            + Counted.of(refused.size(), "collection")
                            + ", such as "
                            + examples
                            + ". Name the databases that may go by --replace, or restore into an"
                            + " empty target"
                            + TargetGuard.IF_ENDED);
        } else {
            reasons.add(
                    "it has "
                            + examples
                            + " already: choose another name by --as, or let it go by --replace"
                            + TargetGuard.IF_ENDED);
        }
    }

    /**
     * Collections of the target that would have to go; not those of an earlier restore's {@code
     * --keep-previous}.
     */
    private List<Namespace> inTheWay(TargetFacts target) {
        List<Namespace> users =
                target.userCollections().stream()
                        .filter(n -> !StagedShard.isStaged(n))
                        // They go with the views and time-series collections that they are of.
                        .filter(n -> !n.collection().startsWith("system."))
                        .filter(n -> !PreviousNames.isKept(n))
                        .toList();
        if (selections.isEmpty()) {
            return users;
        }
        Set<String> databases = new TreeSet<>();
        Set<Namespace> names = new TreeSet<>();
        for (Selection selection : selections) {
            selection
                    .target()
                    .ifPresentOrElse(names::add, () -> databases.add(selection.asDatabase()));
        }
        return users.stream()
                .filter(n -> names.contains(n) || databases.contains(n.database()))
                .toList();
    }
}
