package io.tidemark.restore.previous;

import io.tidemark.restore.previous.KeptCollection.How;
import io.tidemark.restore.target.HeldCollection;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is kept of one target, decided before anything of it is changed: so a run that goes on never
 * takes what an earlier one has restored for what was there before.
 *
 * @param token in the names, and in what UUIDs of copies are made of
 * @param mapsUuids whether copies have other UUIDs that the target's cluster must know them by
 * @param aside whether all of it has been set aside; before that nothing of the restore is there
 */
public record KeptPrevious(
        String token, boolean mapsUuids, List<KeptCollection> collections, boolean aside) {
    public static final KeptPrevious NOTHING = new KeptPrevious("", false, List.of(), false);

    public KeptPrevious {
        collections = List.copyOf(collections);
    }

    /** The same, with one of them changed. */
    KeptPrevious with(int index, KeptCollection changed) {
        List<KeptCollection> all = new ArrayList<>(collections);
        all.set(index, changed);
        return new KeptPrevious(token, mapsUuids, all, aside);
    }

    /** The same, all of it set aside. */
    KeptPrevious setAside() {
        return new KeptPrevious(token, mapsUuids, collections, true);
    }

    /** Room that the copies take on the volume, as far as the server tells. */
    public long bytes() {
        return collections.stream().mapToLong(KeptCollection::bytes).sum();
    }

    /** Whether there is a way back to anything of users'. */
    public boolean leadsBack() {
        return collections.stream()
                .anyMatch(one -> one.how() != How.METADATA && one.how() != How.ABSENT);
    }

    /** What the target will hold of this once the restore that kept it is taken back. */
    public List<HeldCollection> takenBack(List<HeldCollection> now) {
        Map<Namespace, HeldCollection> byName = new HashMap<>();
        now.forEach(held -> byName.put(held.namespace(), held));
        List<HeldCollection> then = new ArrayList<>();
        for (KeptCollection one : collections) {
            HeldCollection held = byName.getOrDefault(one.place(), byName.get(one.name()));
            if (held != null && one.how() != How.ABSENT) {
                then.add(held.named(one.name()));
            }
        }
        return then;
    }

    /** The collections that hold copies of users and roles. */
    public List<Namespace> accountPlaces() {
        return collections.stream()
                .filter(one -> one.how() == How.ACCOUNTS)
                .map(KeptCollection::place)
                .toList();
    }

    /** By name: the name that it is kept under, or nothing. */
    public TreeMap<Namespace, String> places() {
        TreeMap<Namespace, String> places = new TreeMap<>();
        for (KeptCollection kept : collections) {
            if (kept.how() != How.ABSENT) {
                places.put(kept.name(), kept.how() == How.DEFINED ? "" : kept.place().toString());
            }
        }
        return places;
    }
}
