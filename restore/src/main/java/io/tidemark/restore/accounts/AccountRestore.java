package io.tidemark.restore.accounts;

import io.tidemark.restore.RestoreTarget;
import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.DocumentWrite;
import io.tidemark.restore.replay.MemoryTarget;
import io.tidemark.restore.replay.Problems;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts one replica set's users and roles as of the restored time into its target, documents as they
 * are, so that passwords stay. It comes last of all writes, as it may change what the operator may
 * do. Nobody is locked out: what only the target has stays, and so does the user as whom the
 * restore is connected.
 */
public final class AccountRestore {
    /** Roles first: a user may have them. */
    public static final List<Namespace> COLLECTIONS =
            List.of(Namespace.of("admin.system.roles"), Namespace.of("admin.system.users"));

    private final MemoryTarget archived;
    private final RestoreTarget target;
    private final Set<Namespace> held;
    private final Set<String> connectedAs;

    /**
     * @param archived what replay followed aside
     */
    public AccountRestore(MemoryTarget archived, RestoreTarget target) {
        this.archived = archived;
        this.target = target;
        this.held = target.collections().keySet();
        this.connectedAs = target.connectedAs();
    }

    /** By collection: the accounts that a restore puts. */
    public static Map<Namespace, List<String>> names(MemoryTarget archived) {
        Map<Namespace, List<String>> names = new LinkedHashMap<>();
        for (Namespace accounts : COLLECTIONS) {
            names.put(accounts, List.copyOf(wanted(archived, accounts).keySet()));
        }
        return names;
    }

    private record Planned(
            Namespace accounts, List<DocumentWrite> writes, AccountChanges changes) {}

    /**
     * Writes.
     *
     * @param replacedBefore names that an earlier run of the same restore replaced, or was about to
     * @param about told, before the first write, of all whose definition is replaced
     * @return what the operator must know, of both runs
     */
    public AccountChanges run(List<String> replacedBefore, Consumer<List<String>> about) {
        List<Planned> planned = COLLECTIONS.stream().map(this::plan).toList();
        AccountChanges changes =
                planned.stream()
                        .map(Planned::changes)
                        .reduce(AccountChanges.NONE, AccountChanges::and)
                        .after(replacedBefore);
        if (!changes.replaced().equals(replacedBefore)) {
            about.accept(changes.replaced());
        }
        planned.forEach(this::write);
        return changes;
    }

    private Planned plan(Namespace accounts) {
        Map<String, RawDocument> wanted = wanted(archived, accounts);
        Map<String, RawDocument> present = present(accounts);
        List<String> replaced = new ArrayList<>();
        List<String> left = new ArrayList<>();
        List<DocumentWrite> writes = new ArrayList<>();
        wanted.forEach(
                (name, account) -> {
                    RawDocument there = present.remove(name);
                    boolean same = account.equals(there);
                    boolean ours = there != null && connectedAs.contains(name);
                    if (!same && ours) {
                        left.add(name);
                    } else if (!same) {
                        Optional.ofNullable(there).ifPresent(other -> replaced.add(name));
                        writes.add(
                                new DocumentWrite.Put(
                                        DocumentId.ofDocument(account), account, there == null));
                    }
                });
        List<String> kept = List.copyOf(present.keySet());
        return new Planned(
                accounts, writes, new AccountChanges(writes.size(), replaced, left, kept));
    }

    private void write(Planned planned) {
        if (planned.writes().isEmpty()) {
            return;
        }
        if (!held.contains(planned.accounts())) {
            RawDocument none = RawDocument.of(new RawDocumentBuilder().build());
            target.create(planned.accounts(), Optional.empty(), none);
        }
        target.write(planned.accounts(), planned.writes(), (id, document) -> {});
    }

    /**
     * Reads back what {@link #run} has put.
     *
     * @return the collections that there are
     */
    public List<Namespace> verify(Problems problems) {
        List<Namespace> there = new ArrayList<>();
        Set<Namespace> now = target.collections().keySet();
        for (Namespace accounts : COLLECTIONS) {
            Map<String, RawDocument> found = now.contains(accounts) ? scan(accounts) : Map.of();
            wanted(archived, accounts)
                    .forEach(
                            (name, account) -> {
                                boolean same = account.equals(found.get(name));
                                if (!same
                                        && !(connectedAs.contains(name)
                                                && found.containsKey(name))) {
                                    problems.add(
                                            accounts
                                                    + " of target "
                                                    + target
                                                    + " does not hold "
                                                    + name
                                                    + " as it was at the restored time.");
                                }
                            });
            if (now.contains(accounts)) {
                there.add(accounts);
            }
        }
        return there;
    }

    private static Map<String, RawDocument> wanted(MemoryTarget archived, Namespace accounts) {
        Map<String, RawDocument> wanted = new LinkedHashMap<>();
        if (archived.collections().containsKey(accounts)) {
            archived.documents(accounts).forEach(account -> wanted.put(nameOf(account), account));
        }
        return wanted;
    }

    private Map<String, RawDocument> present(Namespace accounts) {
        return held.contains(accounts) ? scan(accounts) : new HashMap<>();
    }

    private Map<String, RawDocument> scan(Namespace accounts) {
        Map<String, RawDocument> found = new LinkedHashMap<>();
        target.scan(
                accounts,
                account -> {
                    RawDocument own = RawDocument.of(account.toBytes());
                    found.put(nameOf(own), own);
                });
        return found;
    }

    /** {@code database.name} in every release that can be restored. */
    private static String nameOf(RawDocument account) {
        return account.string("_id").orElseGet(() -> DocumentId.ofDocument(account).toString());
    }
}
