package io.tidemark.restore.merge;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.previous.PreviousNames;
import io.tidemark.restore.previous.ShellCommand;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What stood in the way: renamed aside in its own database, where it stays, or only until the new
 * collections have its names. Before any of them has, everything can be put back.
 */
public final class PreviousCollections {
    private final RestoreTarget target;
    private final String token;
    private final Map<Namespace, Namespace> aside = new LinkedHashMap<>();
    private final List<Namespace> dropped = new ArrayList<>();

    /**
     * @param token in the names, to tell restores apart
     */
    PreviousCollections(RestoreTarget target, String token) {
        this.target = target;
        this.token = token;
    }

    /** Where it goes. */
    Namespace placeOf(Namespace name) {
        return PreviousNames.of(name, token);
    }

    void setAside(Namespace name) {
        target.rename(name, placeOf(name));
        wasSetAside(name);
    }

    /** By an earlier run. */
    void wasSetAside(Namespace name) {
        aside.put(name, placeOf(name));
    }

    /** A view or a time-series collection: servers don't rename them. */
    void drop(Namespace name) {
        target.drop(name);
        wasDropped(name);
    }

    /** By an earlier run. */
    void wasDropped(Namespace name) {
        dropped.add(name);
    }

    /** No new collection has a name yet, or none any more: as it was before. */
    void putBack(List<Namespace> inTheWay) {
        Set<Namespace> present = target.collections().keySet();
        for (Namespace name : inTheWay) {
            if (present.contains(placeOf(name)) && !present.contains(name)) {
                target.rename(placeOf(name), name);
            }
        }
        aside.clear();
        dropped.clear();
    }

    /** They are not to be kept. */
    void discard() {
        aside.values().forEach(target::drop);
        dropped.addAll(aside.keySet());
        aside.clear();
    }

    /** Names that were taken, and what became of their collections: a name, or nothing. */
    Map<String, String> report() {
        Map<String, String> report = new LinkedHashMap<>();
        aside.forEach((name, to) -> report.put(name.toString(), to.toString()));
        dropped.forEach(name -> report.put(name.toString(), ""));
        return report;
    }

    /** Commands of the shell that put back what was there, and remove what came instead. */
    List<String> rollback(List<Namespace> restored) {
        if (aside.isEmpty()) {
            return List.of();
        }
        List<String> commands = new ArrayList<>();
        restored.stream()
                .filter(name -> !aside.containsKey(name))
                .forEach(name -> commands.add(ShellCommand.drop(name)));
        aside.forEach((name, to) -> commands.add(ShellCommand.rename(to, name)));
        return commands;
    }
}
