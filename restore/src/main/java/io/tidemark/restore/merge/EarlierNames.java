package io.tidemark.restore.merge;

import io.tidemark.restore.fetch.EntrySource;
import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.restore.replay.ddl.DdlCommand;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.oplog.EntryShape;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Names that selected collections may have had before: whatever was renamed into a selected name,
 * and into those names, in any order. That is more than needed, never less: a collection must be
 * followed from its first entry on, whatever it was called then.
 */
public final class EarlierNames {
    private record Rename(Namespace from, Namespace to) {}

    private final Set<Rename> renames = new HashSet<>();
    private final Predicate<Namespace> wanted;

    private EarlierNames(Predicate<Namespace> wanted) {
        this.wanted = wanted;
    }

    /**
     * The selected names and all earlier ones.
     *
     * @param wanted the names at the restored time
     */
    static Predicate<Namespace> of(
            Collection<EntrySource> sources, ClusterTime to, Predicate<Namespace> wanted) {
        EarlierNames names = new EarlierNames(wanted);
        sources.forEach(source -> source.forEachCommand(to, names::read));
        Set<Namespace> earlier = names.closure();
        return namespace -> wanted.test(namespace) || earlier.contains(namespace);
    }

    private void read(OplogEntry entry) {
        if (entry.shape() == EntryShape.DDL) {
            read(Operation.of(entry));
        } else if (entry.shape() == EntryShape.BATCH) {
            Operations.forEach(entry, this::read);
        }
    }

    private void read(Operation operation) {
        if (operation.op().equals("c")
                && DdlCommand.of(operation.ns(), operation.o())
                        instanceof DdlCommand.Rename rename) {
            renames.add(new Rename(rename.from(), rename.to()));
        }
    }

    private Set<Namespace> closure() {
        Set<Namespace> earlier = new TreeSet<>();
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Rename rename : renames) {
                boolean leadsThere = wanted.test(rename.to()) || earlier.contains(rename.to());
                grows |= leadsThere && earlier.add(rename.from());
            }
        }
        return earlier;
    }
}
