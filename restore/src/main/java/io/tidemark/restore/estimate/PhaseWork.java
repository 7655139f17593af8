package io.tidemark.restore.estimate;

import io.tidemark.restore.RestoreProgress.Phase;
import io.tidemark.storage.drill.DrillResult;
import io.tidemark.storage.drill.RestoreAmounts;
import java.util.Optional;

/** What a phase works on, and so in which unit its work is counted. */
enum PhaseWork {
    /** Bytes of objects, read and their digests compared. */
    OBJECTS(100e6) {
        @Override
        double in(RestoreAmounts amounts, double growth) {
            return amounts.bytes();
        }
    },
    /** Raw bytes of the bases, decompressed and written. */
    BASES(20e6) {
        @Override
        double in(RestoreAmounts amounts, double growth) {
            return amounts.baseBytes();
        }

        @Override
        double of(long done, DrillResult drill) {
            long documents = drill.amounts().baseDocuments();
            return documents == 0 ? 0 : (double) drill.amounts().baseBytes() / documents * done;
        }
    },
    OPERATIONS(20_000) {
        @Override
        double in(RestoreAmounts amounts, double growth) {
            return amounts.operations();
        }
    },
    /** Read back and hashed, or looked at for orphans. */
    DOCUMENTS(100_000) {
        @Override
        double in(RestoreAmounts amounts, double growth) {
            return Math.max(0, amounts.baseDocuments() + growth * amounts.operations());
        }
    },
    INDEX_ENTRIES(200_000) {
        @Override
        double in(RestoreAmounts amounts, double growth) {
            long base = amounts.baseDocuments();
            return base == 0 ? 0 : DOCUMENTS.in(amounts, growth) / base * amounts.indexEntries();
        }
    },
    /** Connections, catalogues, metadata: nothing that grows. */
    NONE(0) {
        @Override
        double in(RestoreAmounts amounts, double growth) {
            return 0;
        }
    };

    /** Of operations that leave one more document behind; a drill tells it better. */
    private static final double NEW_DOCUMENTS_PER_OPERATION = 0.5;

    private final double usualPerSecond;

    PhaseWork(double usualPerSecond) {
        this.usualPerSecond = usualPerSecond;
    }

    static PhaseWork of(Phase phase) {
        return switch (phase) {
            case CHECK -> OBJECTS;
            case BASE -> BASES;
            case REPLAY -> OPERATIONS;
            case ORPHANS, VERIFY -> DOCUMENTS;
            case INDEXES -> INDEX_ENTRIES;
            case PLAN, GUARD, DECIDE, IDENTITY, DONE -> NONE;
        };
    }

    /** What a small machine reaches. */
    double usualPerSecond() {
        return usualPerSecond;
    }

    /**
     * @param growth documents more for each operation
     */
    abstract double in(RestoreAmounts amounts, double growth);

    /** As documents grew in a drill: its cluster writes what this one writes. */
    double in(RestoreAmounts planned, Optional<DrillResult> last) {
        return in(planned, last.map(PhaseWork::growth).orElse(NEW_DOCUMENTS_PER_OPERATION));
    }

    /** What that drill did. */
    double by(DrillResult drill) {
        return in(drill.amounts(), growth(drill));
    }

    /** What of it that drill had done when its progress told so much. */
    double of(long done, DrillResult drill) {
        return done;
    }

    private static double growth(DrillResult drill) {
        RestoreAmounts amounts = drill.amounts();
        if (amounts.operations() == 0) {
            return NEW_DOCUMENTS_PER_OPERATION;
        }
        double more = drill.documents() - amounts.baseDocuments();
        return Math.max(-1, Math.min(1, more / amounts.operations()));
    }
}
