package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Named steps in order; steps may add further ones behind. */
final class Steps implements Stepwise {
    /**
     * @param opensPhase whether a coordinator that takes over may not go back before it
     */
    private record Step(String name, Runnable work, boolean opensPhase) {}

    private final Deque<Step> ahead = new ArrayDeque<>();
    private final Deque<Step> takenInPhase = new ArrayDeque<>();
    private boolean phaseAhead;

    Steps then(String name, Runnable work) {
        ahead.addLast(new Step(name, work, phaseAhead));
        phaseAhead = false;
        return this;
    }

    /** The next step added opens a phase: {@link #rewind} goes back to it, not further. */
    void phase() {
        phaseAhead = true;
    }

    /** Puts the steps taken in the present phase back ahead, as a coordinator does that resumes. */
    void rewind() {
        Step next = ahead.peekFirst();
        if (next != null && next.opensPhase()) {
            takenInPhase.clear();
        }
        while (!takenInPhase.isEmpty()) {
            ahead.addFirst(takenInPhase.removeLast());
        }
    }

    void clear() {
        ahead.clear();
        takenInPhase.clear();
    }

    @Override
    public Optional<String> next() {
        return Optional.ofNullable(ahead.peekFirst()).map(Step::name);
    }

    /** A step that fails stays next, so that it can be tried again. */
    @Override
    public void step() {
        Step step = ahead.peekFirst();
        if (step == null) {
            return;
        }
        step.work().run();
        if (ahead.remove(step)) {
            if (step.opensPhase()) {
                takenInPhase.clear();
            }
            takenInPhase.addLast(step);
        }
    }
}
