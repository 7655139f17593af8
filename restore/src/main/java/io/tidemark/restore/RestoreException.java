package io.tidemark.restore;

/**
 * A restore that can't be done or can't be trusted. Each kind is another act for the operator and
 * has its own exit code.
 */
public abstract sealed class RestoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;
    private boolean midway;

    private RestoreException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** The exit code of the process. */
    public int exitCode() {
        return exitCode;
    }

    /**
     * True if it came after the first write, and the same restore, run again, may come further:
     * what was written stays, and it goes on from its last checkpoint.
     */
    public boolean isMidway() {
        return midway;
    }

    /** It came after the first write. */
    RestoreException midway() {
        midway = mayPass();
        return this;
    }

    /** Whether the same may be done again without a change of what is asked for. */
    boolean mayPass() {
        return false;
    }

    /**
     * The asked time is not safe or not covered by the archive: ask for another one. Exit code 3.
     */
    public static final class NotCovered extends RestoreException {
        private static final long serialVersionUID = 1L;

        public NotCovered(String message) {
            super(3, message, null);
        }
    }

    /** The target must not be restored into: choose or empty another one. Exit code 4. */
    public static final class TargetRefused extends RestoreException {
        private static final long serialVersionUID = 1L;

        private final boolean ofCommand;

        public TargetRefused(String message) {
            this(message, null);
        }

        public TargetRefused(String message, Throwable cause) {
            this(message, cause, false);
        }

        private TargetRefused(String message, Throwable cause, boolean ofCommand) {
            super(4, message, cause);
            this.ofCommand = ofCommand;
        }

        /**
         * The target itself refused something: a full disk, a right that is missing. What to do
         * then depends on when it comes, and the message says nothing of it.
         *
         * @param cause null if there is none
         */
        public static TargetRefused ofCommand(String message, Throwable cause) {
            return new TargetRefused(message, cause, true);
        }

        @Override
        boolean mayPass() {
            return ofCommand;
        }
    }

    /** The archive is damaged, incomplete or holds what can't be replayed. Exit code 5. */
    public static final class ArchiveDamaged extends RestoreException {
        private static final long serialVersionUID = 1L;

        public ArchiveDamaged(String message) {
            super(5, message, null);
        }

        public ArchiveDamaged(String message, Throwable cause) {
            super(5, message, cause);
        }
    }

    /** Bucket or target doesn't answer: try again when it does. Exit code 6. */
    public static final class Unreachable extends RestoreException {
        private static final long serialVersionUID = 1L;

        public Unreachable(String message, Throwable cause) {
            super(6, message, cause);
        }

        @Override
        boolean mayPass() {
            return true;
        }
    }

    /** Another run has the targets: wait for its end, or stop it. Exit code 8. */
    public static final class Held extends RestoreException {
        private static final long serialVersionUID = 1L;

        public Held(String message) {
            super(8, message, null);
        }
    }

    /**
     * The target does not hold what it should: the restore is done, and must not be trusted. Exit
     * code 7.
     */
    public static final class VerificationFailed extends RestoreException {
        private static final long serialVersionUID = 1L;
        private final transient io.tidemark.restore.report.RestoreReport report;

        public VerificationFailed(String message, io.tidemark.restore.report.RestoreReport report) {
            super(7, message, null);
            this.report = report;
        }

        /** What was restored, with the differences. */
        public io.tidemark.restore.report.RestoreReport report() {
            return report;
        }
    }
}
