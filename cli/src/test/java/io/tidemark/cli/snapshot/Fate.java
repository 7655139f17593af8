package io.tidemark.cli.snapshot;

import java.util.Random;

/** How many calls to the outside a process makes until it is killed, if it is. */
final class Fate {
    private final Random random;
    private final Runnable meanwhile;
    private int left;
    private int calls;
    private boolean dead;

    /**
     * @param left how many calls it may make; negative: it is never killed
     * @param meanwhile what the rest of the world does before each call
     */
    Fate(Random random, int left, Runnable meanwhile) {
        this.random = random;
        this.left = left;
        this.meanwhile = meanwhile;
    }

    /** Before a call that only reads. */
    synchronized void reads() {
        requireLife();
        meanwhile.run();
        count();
        requireLife();
    }

    /** A write may still arrive although its caller is gone. */
    synchronized void writes(Runnable write) {
        requireLife();
        meanwhile.run();
        count();
        if (!dead || random.nextBoolean()) {
            write.run();
        }
        requireLife();
    }

    boolean isDead() {
        return dead;
    }

    private void count() {
        calls++;
        if (left >= 0 && left-- == 0) {
            dead = true;
        }
    }

    private void requireLife() {
        if (dead) {
            throw new Killed(calls);
        }
    }
}
