package io.tidemark.restore.merge;

import static java.util.stream.Collectors.joining;

import io.tidemark.restore.Replacement;
import io.tidemark.restore.guard.SourceCluster;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.guard.TargetGuard;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides whether a cluster, or parts of it, may be restored into one target. A selective restore
 * may go into a cluster that runs, the source itself too: it adds collections under names that are
 * free, or that the operator named.
 */
public final class MergeGuard {
    private final SourceCluster source;
    private final List<Selection> selections;
    private final Replacement replacement;

    /**
     * @param selections empty for all of the cluster
     */
    public MergeGuard(SourceCluster source, List<Selection> selections, Replacement replacement) {
        this.source = source;
        this.selections = List.copyOf(selections);
        this.replacement = replacement;
    }

    /**
     * Looks, and decides.
     *
     * @param needs of each replica set
     * @param staged what is unfinished in the target is a restore into it as a common one
     * @param takenBack that goes before this restore begins
     */
    public TargetOutlook look(
            TargetFacts target, List<SourceNeeds> needs, boolean staged, boolean takenBack) {
        List<String> reasons = new ArrayList<>();
        if (!takenBack) {
            target.unfinished().ifPresent(mark -> reasons.add(unfinished(mark, staged)));
        }
        if (!target.writable()) {
            reasons.add("it can't be written to: it is no primary and no router");
        }
        List<String> signs = selections.isEmpty() ? source.signsIn(target) : List.of();
        if (!signs.isEmpty()) {
            reasons.add("it is, or knows, the source cluster: " + String.join(", and ", signs));
        }
        needs.forEach(need -> TargetGuard.checkVersion(target, need, reasons));
        long bytes = needs.stream().mapToLong(SourceNeeds::leastBytes).sum();
        TargetGuard.checkRoom(target, bytes, reasons);
        checkNames(target, reasons);
        String place =
                selections.isEmpty()
                        ? "all replica sets"
                        : selections.stream().map(Object::toString).collect(joining(", "));
        return new TargetOutlook(
                place, target, needs, inTheWay(target), reasons.stream().distinct().toList());
    }

    private static String unfinished(String mark, boolean staged) {
        String began = "an earlier restore (" + mark + ") began here and did not end. ";
        return began
                + (staged
                        ? "Look whether it still runs; if not, give --restart, which drops the"
                                + " collections that it left (their names begin with "
                                + StagedShard.PREFIX
                                + ") and begins anew"
                        : "It restores this replica set by itself: let that end, or name another"
                                + " target");
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
                            + refused.size()
                            + " collections, such as "
                            + examples
                            + ". Name the databases that may go by --replace, or restore into an"
                            + " empty target");
        } else {
            reasons.add(
                    "it has "
                            + examples
                            + " already: choose another name by --as, or let it go by --replace");
        }
    }

    /**
     * Collections of the target that would have to go; not those of an earlier restore's {@code
     * --keep-previous}.
     */
    public List<Namespace> inTheWay(TargetFacts target) {
        List<Namespace> users =
                target.userCollections().stream()
                        .filter(n -> !StagedShard.isStaged(n))
                        .filter(n -> !n.collection().startsWith(PreviousCollections.PREFIX))
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
