package io.tidemark.storage.retention;

/** Keeps snapshots, restores and other prunes of the cluster away while one prunes. */
public interface OperationLock {
    /**
     * @throws RuntimeException if another operation is under way, with who holds it since when
     */
    Turn take();

    /** While it is not closed, no other operation begins. */
    interface Turn extends AutoCloseable {
        /**
         * Asked again and again before objects are removed.
         *
         * @throws RuntimeException if the lock was lost: nothing more may be removed
         */
        void requireHeld();

        /** Everything that was to be removed is removed. */
        default void succeeded() {
            // Only of interest to those who tell it on.
        }

        @Override
        void close();
    }

    /** Where nothing else can be under way. */
    OperationLock NONE =
            () ->
                    new Turn() {
                        @Override
                        public void requireHeld() {
                            // Nobody else is there.
                        }

                        @Override
                        public void close() {
                            // Nothing is held.
                        }
                    };
}
