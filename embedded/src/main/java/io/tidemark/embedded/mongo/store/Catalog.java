package io.tidemark.embedded.mongo.store;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The catalogue of one replica set with its history. Written under the set's write lock. */
public final class Catalog {
    private record Stage(long at, long applied, CatalogState state) {}

    private final List<Stage> stages = new ArrayList<>();
    private volatile CatalogState current = CatalogState.EMPTY;

    public Catalog() {
        stages.add(new Stage(0, 0, CatalogState.EMPTY));
    }

    public CatalogState current() {
        return current;
    }

    /** The catalogue as a view sees it. */
    public synchronized CatalogState in(ReadView view) {
        for (int i = stages.size() - 1; i > 0; i--) {
            Stage stage = stages.get(i);
            if (stage.at() <= view.at() && stage.applied() <= view.applied()) {
                return stage.state();
            }
        }
        return CatalogState.EMPTY;
    }

    public synchronized void change(long at, long applied, UnaryOperator<CatalogState> change) {
        CatalogState next = change.apply(current);
        stages.add(new Stage(at, applied, next));
        current = next;
    }

    /** Forgets changes applied after an oplog position. */
    public synchronized void rollBack(long position) {
        while (stages.get(stages.size() - 1).applied() > position) {
            stages.remove(stages.size() - 1);
        }
        current = stages.get(stages.size() - 1).state();
    }
}
