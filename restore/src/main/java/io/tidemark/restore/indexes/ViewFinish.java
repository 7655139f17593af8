package io.tidemark.restore.indexes;

import io.tidemark.restore.RestoreException;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.Problems;
import io.tidemark.restore.replay.ReplayTarget;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.Namespace;
import java.util.Optional;

/**
 * Creates the views as of the restored time. In the source they are documents of {@code
 * system.views}; a view of a time-series collection comes with the collection itself.
 */
public final class ViewFinish {
    private static final String BUCKETS = "system.buckets.";
    private final MemoryTarget metadata;
    private final ReplayTarget target;
    private final Problems problems;

    public ViewFinish(MemoryTarget metadata, ReplayTarget target, Problems problems) {
        this.metadata = metadata;
        this.target = target;
        this.problems = problems;
    }

    public void run() {
        for (Namespace namespace : metadata.collections().keySet()) {
            if (namespace.collection().equals("system.views")) {
                metadata.documents(namespace).forEach(this::create);
            }
        }
    }

    private void create(RawDocument view) {
        Optional<Namespace> name = view.string("_id").flatMap(Namespace::parse);
        boolean series = view.string("viewOn").filter(on -> on.startsWith(BUCKETS)).isPresent();
        if (name.isEmpty() || series) {
            return;
        }
        RawDocumentBuilder options = new RawDocumentBuilder(view.sizeBytes());
        for (RawElement field : view) {
            if (!field.isNamed("_id")) {
                options.append(field);
            }
        }
        try {
            target.create(name.get(), Optional.empty(), RawDocument.of(options.build()));
        } catch (RestoreException.TargetRefused e) {
            problems.add(e.getMessage());
        }
    }
}
