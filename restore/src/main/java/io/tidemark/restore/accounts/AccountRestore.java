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

/**
 * Puts one replica set's users and roles as of the restored time into its target, documents as they
 * are, so that passwords stay. It comes last of all writes, as it may change what the operator may
 * do. Nobody is locked out: what only the target has stays, and so does the user as whom the
 * restore is connected.
 */
public final class AccountRestore {
    /** Roles first: a user may have them. */
    private static final List<Namespace> COLLECTIONS =
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

    /** Writes. @return what the operator must know */
    public AccountChanges run() {
        AccountChanges changes = AccountChanges.NONE;
        for (Namespace accounts : COLLECTIONS) {
            changes = changes.and(put(accounts));
        }
        return changes;
    }

    private AccountChanges put(Namespace accounts) {
        Map<String, RawDocument> wanted = wanted(accounts);
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
        if (!writes.isEmpty()) {
            if (!held.contains(accounts)) {
                RawDocument none = RawDocument.of(new RawDocumentBuilder().build());
                target.create(accounts, Optional.empty(), none);
            }
            target.write(accounts, writes, (id, document) -> {});
        }
        return new AccountChanges(writes.size(), replaced, left, List.copyOf(present.keySet()));
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
            wanted(accounts)
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

    private Map<String, RawDocument> wanted(Namespace accounts) {
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
