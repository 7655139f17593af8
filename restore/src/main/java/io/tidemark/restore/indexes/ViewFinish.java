package io.tidemark.restore.indexes;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Creates the views as of the restored time. In the source they are documents of {@code
 * system.views}; a view of a time-series collection comes with the collection itself.
 */
public final class ViewFinish {
    private static final String BUCKETS = "system.buckets.";
    private final MemoryTarget metadata;
    private final ReplayTarget target;
    private final Problems problems;
    private final Function<Namespace, Optional<Namespace>> names;
    private final boolean again;

    /**
     * @param again whether an earlier run may have created some of them
     */
    public ViewFinish(
            MemoryTarget metadata, ReplayTarget target, Problems problems, boolean again) {
        this(metadata, target, problems, Optional::of, again);
    }

    /**
     * @param names a view's name in the target; empty for one that is not restored
     * @param again whether an earlier run may have created some of them
     */
    public ViewFinish(
            MemoryTarget metadata,
            ReplayTarget target,
            Problems problems,
            Function<Namespace, Optional<Namespace>> names,
            boolean again) {
        this.again = again;
        this.metadata = metadata;
        this.target = target;
        this.problems = problems;
        this.names = names;
    }

    public void run() {
        views().forEach(this::create);
    }

    /** The names that views get in the target. */
    public List<Namespace> targetNames() {
        return views().stream().flatMap(view -> nameOf(view).stream()).toList();
    }

    private List<RawDocument> views() {
        List<RawDocument> views = new ArrayList<>();
        for (Namespace namespace : metadata.collections().keySet()) {
            if (namespace.collection().equals("system.views")) {
                views.addAll(metadata.documents(namespace));
            }
        }
        return views;
    }

    private Optional<Namespace> nameOf(RawDocument view) {
        boolean series = view.string("viewOn").filter(on -> on.startsWith(BUCKETS)).isPresent();
        return series
                ? Optional.empty()
                : view.string("_id").flatMap(Namespace::parse).flatMap(names);
    }

    private void create(RawDocument view) {
        Optional<Namespace> name = nameOf(view);
        if (name.isEmpty()) {
            return;
        }
        RawDocumentBuilder options = new RawDocumentBuilder(view.sizeBytes());
        for (RawElement field : view) {
            if (!field.isNamed("_id")) {
                options.append(field);
            }
        }
        try {
            if (again) {
                target.drop(name.get());
            }
            target.create(name.get(), Optional.empty(), RawDocument.of(options.build()));
        } catch (RestoreException.TargetRefused e) {
            problems.add(e.getMessage());
        }
    }
}
