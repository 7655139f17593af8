package io.tidemark.restore;

import io.tidemark.restore.checkpoint.Stage;
import io.tidemark.restore.checkpoint.Standing;
import io.tidemark.restore.external.UuidCheck;
import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.fetch.EntryStream;
import io.tidemark.restore.guard.SourceNeeds;
import io.tidemark.restore.plan.ReplicaSetPlan;
import io.tidemark.restore.replay.NamespaceRules;
import io.tidemark.restore.replay.ReplayStart;
import io.tidemark.storage.base.BaseCollection;
import io.tidemark.storage.base.BaseManifest;
import io.tidemark.storage.base.BaseMethod;
import io.tidemark.storage.base.BaseReader;
import java.util.Optional;

/**
 * What a replica set's replay stands on: a base of the archive, one that lies in its target, what
 * the mark of a standby tells of the one that it had, or its birth.
 */
final class SetBase {
    private final RestoreRequest request;
    private final EntrySource source;
    private final NamespaceRules rules;
    private final Optional<BaseManifest> manifest;
    private final Optional<RestoreTarget> holder;
    private final Optional<ReplayStart> told;

    private SetBase(
            RestoreRequest request,
            EntrySource source,
            NamespaceRules rules,
            Optional<BaseManifest> manifest,
            Optional<RestoreTarget> holder,
            Optional<ReplayStart> told) {
        this.request = request;
        this.source = source;
        this.rules = rules;
        this.manifest = manifest;
        this.holder = holder;
        this.told = told;
    }

    /** The one that the plan names, if it names one. */
    static SetBase archived(RestoreRequest request, EntrySource source, NamespaceRules rules) {
        Optional<BaseManifest> planned =
                source.plan().base().map(place -> BaseManifest.read(request.bucket(), place));
        return new SetBase(request, source, rules, planned, Optional.empty(), Optional.empty());
    }

    /** One that a target holds already. */
    static SetBase heldBy(
            RestoreTarget holder,
            BaseManifest manifest,
            RestoreRequest request,
            EntrySource source,
            NamespaceRules rules) {
        return new SetBase(
                request,
                source,
                rules,
                Optional.of(manifest),
                Optional.of(holder),
                Optional.empty());
    }

    /** The same, of which it is known what replay stands on: the base itself may be gone. */
    SetBase told(ReplayStart start) {
        return new SetBase(request, source, rules, manifest, holder, Optional.of(start));
    }

    ReplicaSetPlan plan() {
        return source.plan();
    }

    EntrySource source() {
        return source;
    }

    /** Empty where replay begins with the replica set's birth. */
    Optional<BaseManifest> manifest() {
        return manifest;
    }

    /** The target that holds it; empty if it is loaded. */
    Optional<RestoreTarget> holder() {
        return holder;
    }

    BaseReader reader() {
        return new BaseReader(request.bucket(), request.keys());
    }

    /** What replay stands on. */
    ReplayStart start() {
        return told.orElseGet(
                () ->
                        manifest.map(this::startOver)
                                .orElseGet(() -> ReplayStart.birth(plan().replicaSet(), rules)));
    }

    private ReplayStart startOver(BaseManifest base) {
        boolean nameless = base.collections().stream().anyMatch(c -> !c.uuidKnown());
        return new ReplayStart(
                plan().replicaSet(),
                rules,
                base.replayFrom(),
                base.usableFrom(),
                nameless || base.method() == BaseMethod.IMPORT);
    }

    SourceNeeds needs() {
        return SourceNeeds.of(manifest, this::isRestored);
    }

    private boolean isRestored(BaseCollection collection) {
        return rules.of(collection.namespace()) != NamespaceRules.Route.SKIP;
    }

    /**
     * Reads every object that will be read from here on, before anything is written.
     *
     * @param from where the restore stands
     */
    void check(Standing from) {
        source.verifyBytes(from.readAfter(), request.to());
        if (from.stage() != Stage.BASE) {
            return;
        }
        holder.ifPresent(this::checkUuids);
        manifest.ifPresent(this::checkParts);
    }

    private void checkParts(BaseManifest base) {
        BaseReader reader = reader();
        for (BaseCollection collection : base.collections()) {
            int parts = isRestored(collection) ? collection.parts().size() : 0;
            for (int part = 0; part < parts; part++) {
                reader.verifyBytes(base, collection, part);
            }
        }
    }

    private void checkUuids(RestoreTarget held) {
        UuidCheck check =
                new UuidCheck(
                        plan().replicaSet(),
                        plan().isConfigServer()
                                ? NamespaceRules.configServer()
                                : NamespaceRules.shard(),
                        manifest.orElseThrow().usableFrom(),
                        held.held());
        try (EntryStream entries = source.read(plan().replayAfter(), request.to())) {
            check.run(entries);
        }
    }
}
