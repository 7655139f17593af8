package io.tidemark.bench;

import java.nio.file.Path;

/** Measures one part of the path beside its ceilings. */
interface Benchmark {
    /**
     * @param workload what to measure with
     * @param folder empty, for servers' data; the caller removes it
     * @param notes where to say what is going on
     */
    Measured run(Workload workload, Path folder, Notes notes) throws Exception;

    /** Told what is being done now, in words. */
    interface Notes {
        void say(String sentence);
    }
}
