package io.tidemark.restore;

import io.tidemark.restore.accounts.AccountChanges;
import io.tidemark.restore.accounts.AccountRestore;
import io.tidemark.restore.replay.Problems;
import io.tidemark.schemas.model.Namespace;
import java.util.List;

/** Puts users and roles into targets that hold one replica set each. */
final class AccountPhase {
    private final RestoreTargets targets;
    private final boolean wanted;

    /**
     * @param wanted false where the targets' own are to be left alone
     */
    AccountPhase(RestoreTargets targets, boolean wanted) {
        this.targets = targets;
        this.wanted = wanted;
    }

    /** What the operator must know is added to {@code warnings}. */
    void run(List<String> warnings) {
        if (!wanted) {
            warnings.add("Users and roles are the targets' own: not restored, as asked for.");
            return;
        }
        for (ReplicaSetRestore restore : targets.restores()) {
            warnings.addAll(put(restore).words(restore.plan().replicaSet().name()));
        }
    }

    /** What is about to be replaced goes into the mark: who goes on must be able to tell it. */
    private AccountChanges put(ReplicaSetRestore restore) {
        return targets.checkpoints(restore)
                .map(
                        kept ->
                                accounts(restore)
                                        .run(
                                                kept.mark().before().replaced().accounts(),
                                                names ->
                                                        kept.put(
                                                                kept.mark()
                                                                        .replacingAccounts(names))))
                .orElseGet(() -> accounts(restore).run(List.of(), names -> {}));
    }

    /** Reads them back. @return the collections that hold some */
    List<Namespace> verify(ReplicaSetRestore restore, Problems problems) {
        return wanted ? accounts(restore).verify(problems) : List.of();
    }

    private AccountRestore accounts(ReplicaSetRestore restore) {
        return new AccountRestore(restore.metadata(), targets.of(restore.plan()));
    }
}
