package io.tidemark.capture.operation;

import io.tidemark.capture.operation.ShareState.Amount;

/** The share as its owner has it; the work's threads add to it, the agent's thread saves it. */
final class ShareProgress implements OperationProgress {
    private final OperationStates states;
    private final Fence fence;
    private ShareState state;
    private Amount saved = Amount.NONE;

    ShareProgress(OperationStates states, Fence fence, ShareState claimed) {
        this.states = states;
        this.fence = fence;
        this.state = claimed;
    }

    synchronized ShareState state() {
        return state;
    }

    /** Whether more is done than was saved last. */
    synchronized boolean hasMoved() {
        return !state.done().equals(saved);
    }

    synchronized void save(ShareState next) {
        states.save(next);
        state = next;
        saved = next.done();
    }

    @Override
    public synchronized void expect(long documents, long bytes) {
        state = state.at(state.done(), new Amount(documents, bytes));
    }

    @Override
    public synchronized void add(long documents, long bytes) {
        Amount done = state.done();
        state =
                state.at(
                        new Amount(done.documents() + documents, done.bytes() + bytes),
                        state.expected());
    }

    @Override
    public synchronized String remember(String name, String value) {
        String known = state.remembered().get(name);
        if (known != null) {
            return known;
        }
        fence.check();
        save(state.remembering(name, value));
        return value;
    }
}
