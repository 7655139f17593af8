package io.tidemark.restore.replay;

import io.tidemark.restore.replay.content.ExpectedContent;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A collection of the source that exists at this point of replay, and where its documents go. */
public final class CollectionState {
    private final long number;
    private final ReplayTarget target;
    private final ExpectedContent expected;
    private final IndexCatalogue indexes = new IndexCatalogue();
    private final List<RawDocument> modifications = new ArrayList<>();
    private Optional<UUID> uuid;
    private boolean uuidGuessed;
    private Optional<UUID> targetUuid = Optional.empty();
    private Namespace namespace;
    private RawDocument options;
    private boolean capped;
    private volatile boolean dropped;
    private boolean doomed;

    CollectionState(
            long number,
            Namespace namespace,
            Optional<UUID> uuid,
            RawDocument options,
            ReplayTarget target,
            ExpectedContent expected) {
        this.number = number;
        this.namespace = namespace;
        this.uuid = uuid;
        this.options = options;
        this.target = target;
        this.expected = expected;
        this.capped = options.find("capped").filter(RawElement::isTrue).isPresent();
    }

    /** The same in every run of a restore: collections are counted as they are created. */
    public long number() {
        return number;
    }

    /** The UUID in the source; empty where neither base nor oplog told it yet. */
    public Optional<UUID> uuid() {
        return uuid;
    }

    /** The UUID in the target, if it told. */
    public Optional<UUID> targetUuid() {
        return targetUuid;
    }

    /** Its name in the target at this point of replay. */
    public Namespace namespace() {
        return namespace;
    }

    /** As it was created. */
    public RawDocument options() {
        return options;
    }

    public boolean isCapped() {
        return capped;
    }

    public IndexCatalogue indexes() {
        return indexes;
    }

    /** Fields of the {@code collMod} commands since it was created, in order. */
    public List<RawDocument> modifications() {
        return modifications;
    }

    public ReplayTarget target() {
        return target;
    }

    public ExpectedContent expected() {
        return expected;
    }

    boolean isUuidGuessed() {
        return uuidGuessed;
    }

    void identify(UUID known, boolean guessed) {
        uuid = Optional.of(known);
        uuidGuessed = guessed;
    }

    void created(Optional<UUID> given) {
        targetUuid = given;
    }

    void renamed(Namespace to) {
        namespace = to;
    }

    void dropped() {
        dropped = true;
    }

    boolean isDropped() {
        return dropped;
    }

    /** A run that was cut off has dropped it already, and replay will come to that. */
    boolean isDoomed() {
        return doomed;
    }

    void doom() {
        doomed = true;
    }

    void becameCapped() {
        capped = true;
    }

    /** As it was at a checkpoint. */
    static CollectionState of(
            ReplayState.Saved saved, ReplayTarget target, ExpectedContent expected) {
        CollectionState state =
                new CollectionState(
                        saved.number(),
                        saved.namespace(),
                        saved.uuid(),
                        saved.options(),
                        target,
                        expected);
        state.uuidGuessed = saved.uuidGuessed();
        state.targetUuid = saved.targetUuid();
        state.capped = saved.capped();
        saved.indexes().forEach(state.indexes::add);
        state.modifications.addAll(saved.modifications());
        expected.become(saved.documents(), saved.sum());
        return state;
    }

    ReplayState.Saved saved(Optional<Namespace> physical, List<RawDocument> held) {
        return new ReplayState.Saved(
                number,
                namespace,
                physical,
                uuid,
                uuidGuessed,
                targetUuid,
                options,
                capped,
                indexes.specifications(),
                modifications,
                expected.documents(),
                expected.sum(),
                held);
    }

    @Override
    public String toString() {
        return namespace + uuid.map(id -> " (" + id + ")").orElse("");
    }
}
