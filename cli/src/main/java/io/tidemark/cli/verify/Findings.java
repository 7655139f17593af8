package io.tidemark.cli.verify;

import io.tidemark.storage.object.DamagedObjectException;
import java.util.ArrayList;
import java.util.List;

/** What a verification has seen so far. One thread. */
final class Findings {
    private final List<Problem> problems = new ArrayList<>();
    private final List<Undecided> undecided = new ArrayList<>();
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
        }
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
