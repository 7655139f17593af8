package io.tidemark.storage.object;

import java.util.function.IntConsumer;
import software.amazon.awssdk.core.metrics.CoreMetric;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;

/** Tells of requests that the SDK tried again: nobody else sees those that then went well. */
final class RetryCount implements MetricPublisher {
    private final IntConsumer told;

    RetryCount(IntConsumer told) {
        this.told = told;
    }

    @Override
    public void publish(MetricCollection request) {
        int retries =
                request.metricValues(CoreMetric.RETRY_COUNT).stream()
                        .mapToInt(Integer::intValue)
                        .sum();
        if (retries > 0) {
            told.accept(retries);
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
