package io.tidemark.cli.verify;

import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.KeyPrefix;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Optime;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BasePart;
import io.tidemark.storage.base.BaseReader;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.catalogue.Chain;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import io.tidemark.storage.slice.GapObject;
import io.tidemark.storage.slice.SliceHeader;
import io.tidemark.storage.slice.SliceReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Verifies one cluster's archive: every object is there, every checksum fits, every entry and
 * document decodes, each replica set's slices chain without a hole from the first on, and all of
 * them tell the same of every prepared transaction.
 */
final class ArchiveCheck {
    private final ObjectStore store;
    private final ClusterName cluster;
    private final Catalogue catalogue;
    private final SliceReader slices;
    private final BaseReader bases;
    private final Findings findings = new Findings();
    private final FurtherObjects further;
    private final Consumer<Findings> progress;

    ArchiveCheck(
            ObjectStore store, ClusterName cluster, FrameKeys keys, Consumer<Findings> progress) {
        this.store = store;
        this.cluster = cluster;
        this.catalogue = new Catalogue(store, cluster);
        this.slices = new SliceReader(store, keys);
        this.bases = new BaseReader(store, keys);
        this.further = new FurtherObjects(store, cluster, keys, findings);
        this.progress = progress;
    }

    Findings run() {
        for (ArchivedReplicaSet set : catalogue.replicaSets()) {
            oplog(set);
        }
        for (BasePlace place : catalogue.bases()) {
            findings.check(() -> base(BaseManifest.read(store, place)));
        }
        further.run();
        decisions();
        return findings;
    }

    private void decisions() {
        List<SetEntries> sets = new ArrayList<>();
        try {
            for (ArchivedReplicaSet set : catalogue.replicaSets()) {
                ClusterTime through =
                        catalogue.last(set).map(Catalogue::through).orElse(ClusterTime.ZERO);
                catalogue
                        .first(set)
                        .map(first -> catalogue.chain(set, after(first), through))
                        .ifPresent(c -> sets.add(new SetEntries(set.replicaSet(), slices, c)));
            }
            new DecisionCheck(findings).run(sets, cluster.toString());
        } finally {
            sets.forEach(SetEntries::close);
        }
    }

    private void oplog(ArchivedReplicaSet set) {
        // The end is asked first: what is archived meanwhile is not looked at.
        ClusterTime through = catalogue.last(set).map(Catalogue::through).orElse(ClusterTime.ZERO);
        String folder = KeyPrefix.oplog(set.cluster(), set.incarnation(), set.replicaSet());
        try (Stream<StoredObject> objects = store.list(folder, "")) {
            objects.forEach(object -> range(object, through));
        }
        catalogue
                .first(set)
                .ifPresent(first -> continuity(set, catalogue.chain(set, after(first), through)));
    }

    private void range(StoredObject object, ClusterTime through) {
        Optional<ObjectKey> key = ObjectKey.parse(object.key());
        boolean slice = key.filter(ObjectKey.OfSlice.class::isInstance).isPresent();
        boolean gap = key.filter(ObjectKey.OfGap.class::isInstance).isPresent();
        if (!slice && !gap) {
            findings.stranger(object.key());
        } else if (!Catalogue.through(key.get()).isAfter(through)) {
            findings.object(object.sizeBytes());
            findings.check(() -> range(key.get()));
            progress.accept(findings);
        }
    }

    private void range(ObjectKey key) {
        if (key instanceof ObjectKey.OfSlice slice) {
            findings.entries(slices.verify(slice).entryCount());
        } else {
            GapObject.read(store, (ObjectKey.OfGap) key);
        }
    }

    private static ClusterTime after(ObjectKey range) {
        return range instanceof ObjectKey.OfSlice slice
                ? slice.slice().after()
                : ((ObjectKey.OfGap) range).after();
    }

    private void continuity(ArchivedReplicaSet set, Chain chain) {
        chain.holes().forEach(hole -> findings.problem(hole(set, hole)));
        Optime last = Optime.NONE;
        for (Chain.Link link : chain.links()) {
            SliceHeader header = headerOrNull(link.slice());
            if (header == null) {
                continue;
            }
            if (header.first().term() < last.term()) {
                findings.problem(backwards(link.slice(), last, header.first()));
            }
            last = header.last();
        }
    }

    /** Null for a slice that is damaged: its check has said so. */
    private SliceHeader headerOrNull(ObjectKey.OfSlice key) {
        SliceHeader[] header = new SliceHeader[1];
        Findings said = new Findings();
        said.check(() -> header[0] = slices.header(key));
        return header[0];
    }

    private static Problem backwards(ObjectKey.OfSlice key, Optime last, Optime first) {
        return new Problem(
                key.text(),
                "begins with " + first + " behind " + last + ", an earlier term",
                "the two slices belong to different histories, so times from here on can't be"
                        + " restored",
                "find out which of the two was rolled back, and take a new base snapshot");
    }

    private Problem hole(ArchivedReplicaSet set, Chain.Hole hole) {
        String folder = KeyPrefix.oplog(set.cluster(), set.incarnation(), set.replicaSet());
        String range = "(" + hole.after() + ", " + hole.through() + "]";
        String means =
                "no restore crosses it: times from "
                        + hole.after()
                        + " on need a base taken after it";
        if (hole.gaps().isEmpty()) {
            return new Problem(
                    folder,
                    "has no slice for " + range,
                    means,
                    "bring the missing objects back from a copy of the bucket; without one, take a"
                            + " new base snapshot");
        }
        return new Problem(
                hole.gaps().get(0).text(),
                "is a known gap " + range + ": " + reasons(hole.gaps()),
                means,
                "take a new base snapshot, or import the missing entries");
    }

    private String reasons(List<ObjectKey.OfGap> gaps) {
        StringBuilder reasons = new StringBuilder();
        for (ObjectKey.OfGap key : gaps) {
            findings.check(
                    () -> {
                        Gap gap = GapObject.read(store, key).gap();
                        reasons.append(reasons.isEmpty() ? "" : "; ").append(gap.reason());
                    });
        }
        return reasons.toString();
    }

    private void base(BaseManifest manifest) {
        further.named(manifest);
        store.head(manifest.key().text()).ifPresent(o -> findings.object(o.sizeBytes()));
        for (BaseCollection collection : manifest.collections()) {
            for (int i = 0; i < collection.parts().size(); i++) {
                BasePart part = collection.parts().get(i);
                int number = i;
                findings.object(part.sizeBytes());
                findings.documents(part.documents());
                findings.check(() -> bases.verify(manifest, collection, number));
                progress.accept(findings);
            }
        }
        ArchivedReplicaSet set =
                new ArchivedReplicaSet(
                        manifest.place().cluster(),
                        manifest.place().incarnation(),
                        manifest.place().replicaSet());
        Chain needed = catalogue.chain(set, manifest.replayAfter(), manifest.usableFrom());
        if (!needed.isUnbroken()) {
            findings.problem(unusable(manifest, needed));
        }
    }

    private static Problem unusable(BaseManifest manifest, Chain needed) {
        Chain.Hole hole = needed.holes().get(0);
        return new Problem(
                manifest.key().text(),
                "needs the entries from "
                        + manifest.replayFrom()
                        + " to "
                        + manifest.usableFrom()
                        + ", of which ("
                        + hole.after()
                        + ", "
                        + hole.through()
                        + "] are not archived",
                "this base serves no restore",
                "import or bring back the missing entries, or take a new base snapshot");
    }
}
