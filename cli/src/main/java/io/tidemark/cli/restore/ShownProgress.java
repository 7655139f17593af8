package io.tidemark.cli.restore;

import io.tidemark.cli.Progress;
import io.tidemark.restore.RestoreProgress;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Shows a restore's phases as words, and its counts on the progress line. */
public final class ShownProgress implements RestoreProgress {
    private final PrintStream words;
    private final Progress progress;
    private final Map<ReplicaSet, Long> counts = new ConcurrentHashMap<>();

    public ShownProgress(PrintStream words, Progress progress) {
        this.words = words;
        this.progress = progress;
    }

    @Override
    public void phase(Phase phase) {
        counts.clear();
        words.println("  … " + phase.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void baseLoaded(ReplicaSet replicaSet, long documents) {
        show(replicaSet, documents, "documents");
    }

    @Override
    public void replayed(ReplicaSet replicaSet, long entries, ClusterTime at) {
        show(replicaSet, entries, "entries");
    }

    private void show(ReplicaSet replicaSet, long count, String what) {
        counts.put(replicaSet, count);
        progress.show(what, counts.values().stream().mapToLong(Long::longValue).sum());
    }
}
