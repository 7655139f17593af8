package io.tidemark.restore.replay;

import io.tidemark.schemas.model.Namespace;

/** Another target's data, under the same names. */
abstract class Forwarding extends PlacedTarget {
    Forwarding(ReplayTarget to) {
        super(to);
    }

    @Override
    protected Namespace nameOf(Namespace namespace) {
        return namespace;
    }
}
