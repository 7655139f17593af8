package io.tidemark.restore.accounts;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What became of a target's users and roles.
 *
 * @param written how many were put
 * @param replaced those of them that the target had with another definition or password
 * @param left as whom the restore is connected: different in the archive, and left as they are
 * @param kept those that the source did not have at the restored time
 */
public record AccountChanges(
        int written, List<String> replaced, List<String> left, List<String> kept) {
    static final AccountChanges NONE = new AccountChanges(0, List.of(), List.of(), List.of());

    public AccountChanges {
        replaced = List.copyOf(replaced);
        left = List.copyOf(left);
        kept = List.copyOf(kept);
    }

    AccountChanges and(AccountChanges more) {
        return new AccountChanges(
                written + more.written,
                both(replaced, more.replaced),
                both(left, more.left),
                both(kept, more.kept));
    }

    /** Those of an earlier run with these: what it has replaced is the source's by now. */
    AccountChanges after(List<String> replacedBefore) {
        return new AccountChanges(written, both(replacedBefore, replaced), left, kept);
    }

    private static List<String> both(List<String> some, List<String> more) {
        return Stream.concat(some.stream(), more.stream()).distinct().toList();
    }

    /**
     * In words, for the operator.
     *
     * @param replicaSet whose target it is
     */
    public List<String> words(String replicaSet) {
        List<String> words = new ArrayList<>();
        if (!replaced.isEmpty()) {
            words.add(
                    "Users or roles "
                            + replaced
                            + " of the target of "
                            + replicaSet
                            + " are the source's now, passwords included.");
        }
        if (!left.isEmpty()) {
            words.add(
                    "User "
                            + String.join(", ", left)
                            + ", as whom the restore is connected to the target of "
                            + replicaSet
                            + ", was left as it is; the source's had other roles or another"
                            + " password.");
        }
        if (!kept.isEmpty()) {
            words.add(
                    "The target of "
                            + replicaSet
                            + " keeps users or roles of its own that the source did not have: "
                            + kept
                            + ". Drop those that nobody needs.");
        }
        return words;
    }
}
