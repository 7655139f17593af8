package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Named steps in order; steps may add further ones behind. */
final class Steps implements Stepwise {
    private record Step(String name, Runnable work) {}

    private final Deque<Step> ahead = new ArrayDeque<>();

    Steps then(String name, Runnable work) {
        ahead.addLast(new Step(name, work));
        return this;
    }

    void clear() {
        ahead.clear();
    }

    @Override
    public Optional<String> next() {
        return Optional.ofNullable(ahead.peekFirst()).map(Step::name);
    }

    /** A step that fails stays next, so that it can be tried again. */
    @Override
    public void step() {
        Step step = ahead.peekFirst();
        if (step != null) {
            step.work().run();
            ahead.remove(step);
        }
    }
}
