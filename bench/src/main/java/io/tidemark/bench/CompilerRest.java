package io.tidemark.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Whether the JVM's compilers were at rest, so that a rate tells of the code and not of them. */
final class CompilerRest {
    private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();

    private final double share;
    private final long begun = System.nanoTime();
    private final long compiled = compiledMillis();

    private CompilerRest(double share) {
        this.share = share;
    }

    /**
     * Looks from now on.
     *
     * @param share of the time, 0 to 1, that compiling may take; all compilers together
     */
    static CompilerRest from(double share) {
        return new CompilerRest(share);
    }

    /** True if compiling took no more than its share since. */
    boolean held() {
        long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        return compiledMillis() - compiled <= elapsed * share;
    }

    /** A JVM that doesn't measure its compilers, or has none, counts as at rest. */
    private static long compiledMillis() {
        return COMPILERS != null && COMPILERS.isCompilationTimeMonitoringSupported()
                ? COMPILERS.getTotalCompilationTime()
                : 0;
    }
}
