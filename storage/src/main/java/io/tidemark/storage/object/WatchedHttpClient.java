package io.tidemark.storage.object;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The SDK's HTTP client, which gives up attempts that {@linkplain RequestPace move too little}. A
 * limit between two bytes, which is all that a socket has, is none for a server that drips, and
 * none for one that takes no more of what is sent.
 */
final class WatchedHttpClient implements SdkHttpClient {
    private final SdkHttpClient client;
    private final Duration timeout;
    private final Set<WatchedRequest> underWay = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService watch;

    private WatchedHttpClient(SdkHttpClient client, Duration timeout) {
        this.client = client;
        this.timeout = timeout;
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, "s3-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Whom the SDK asks for a client, which it closes with its own. */
    static Builder over(SdkHttpClient.Builder<?> client, Duration timeout) {
        return new Builder(client, timeout);
    }

    private WatchedHttpClient started() {
        long tick = timeout.toNanos() / RequestPace.TICKS;
        // With a fixed delay ticks that a standing process missed are not made up for.
        watch.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.NANOSECONDS);
        return this;
    }

    private void tick() {
        underWay.forEach(WatchedRequest::tick);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new WatchedRequest(client, request, timeout, underWay);
    }

    @Override
    public String clientName() {
        return client.clientName();
    }

    @Override
    public void close() {
        watch.shutdownNow();
        client.close();
    }

    static final class Builder implements SdkHttpClient.Builder<Builder> {
        private final SdkHttpClient.Builder<?> client;
        private final Duration timeout;

        private Builder(SdkHttpClient.Builder<?> client, Duration timeout) {
            this.client = client;
            this.timeout = timeout;
        }

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new WatchedHttpClient(client.buildWithDefaults(defaults), timeout).started();
        }
    }
}
