package io.tidemark.cli.verify;

import io.tidemark.storage.encryption.WrongKeyException;
import io.tidemark.storage.object.DamagedObjectException;
import java.util.ArrayList;
import java.util.List;

/** What a verification has seen so far. One thread. */
final class Findings {
    private static final int SHOWN = 5;
    private final List<Problem> problems = new ArrayList<>();
    private final List<Undecided> undecided = new ArrayList<>();
    private final List<String> someStrangers = new ArrayList<>();
    private long strangers;
    private long leftovers;
    private long leftoverBytes;
    private long objects;
    private long bytes;
    private long entries;
    private long documents;

    void object(long sizeBytes) {
        objects++;
        bytes += sizeBytes;
    }

    void entries(long seen) {
        entries += seen;
    }

    void documents(long seen) {
        documents += seen;
    }

    /** A part of a base that no manifest names: of a scan that did not end, or goes on. */
    void leftover(long sizeBytes) {
        leftovers++;
        leftoverBytes += sizeBytes;
    }

    /** A key in the cluster's folders that is not Tidemark's. */
    void stranger(String key) {
        strangers++;
        if (someStrangers.size() < SHOWN) {
            someStrangers.add(key);
        }
    }

    void problem(Problem problem) {
        problems.add(problem);
    }

    void undecided(Undecided transaction) {
        undecided.add(transaction);
    }

    List<Undecided> undecided() {
        return List.copyOf(undecided);
    }

    /** Runs a check; damage becomes a problem, and the next check goes on. */
    void check(Runnable check) {
        try {
            check.run();
        } catch (DamagedObjectException damaged) {
            DamagedObjectException.Damage damage = damaged.damage();
            problem(new Problem(damage.key(), damage.what(), damage.means(), damage.act()));
        } catch (WrongKeyException wrong) {
            problem(
                    new Problem(
                            "",
                            wrong.getMessage(),
                            "what it seals can't be read",
                            "give the key ring that it was sealed with"));
        }
    }

    long leftovers() {
        return leftovers;
    }

    long leftoverBytes() {
        return leftoverBytes;
    }

    long strangers() {
        return strangers;
    }

    /** The first few. */
    List<String> someStrangers() {
        return List.copyOf(someStrangers);
    }

    long objects() {
        return objects;
    }

    long bytes() {
        return bytes;
    }

    long entries() {
        return entries;
    }

    long documents() {
        return documents;
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }
}
