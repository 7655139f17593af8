package io.tidemark.storage.object;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * One attempt, from its first byte to the last one of the answer. The caller's thread moves bytes,
 * the watch's ticks: {@link RequestPace} is what both see.
 */
final class WatchedRequest implements ExecutableHttpRequest {
    private static final Logger LOGGER = LoggerFactory.getLogger(WatchedRequest.class);
    private final ExecutableHttpRequest request;
    private final String name;
    private final RequestPace pace;
    private final Set<WatchedRequest> underWay;
    private volatile String givenUp;

    WatchedRequest(
            SdkHttpClient client,
            HttpExecuteRequest asked,
            Duration timeout,
            Set<WatchedRequest> underWay) {
        SdkHttpRequest head = asked.httpRequest();
        this.name = head.method() + " " + head.encodedPath();
        this.underWay = underWay;
        this.pace =
                new RequestPace(
                        timeout, asked.contentStreamProvider().isPresent() ? length(head) : 0);
        this.request = client.prepareRequest(counted(asked));
    }

    private static long length(SdkHttpRequest head) {
        // Of unknown length (none of ours is): sending until the stream ends.
        return head.firstMatchingHeader("Content-Length")
                .map(Long::parseLong)
                .orElse(Long.MAX_VALUE);
    }

    private HttpExecuteRequest counted(HttpExecuteRequest asked) {
        HttpExecuteRequest.Builder builder =
                HttpExecuteRequest.builder()
                        .request(asked.httpRequest())
                        .contentStreamProvider(
                                asked.contentStreamProvider().map(this::counted).orElse(null));
        asked.metricCollector().ifPresent(builder::metricCollector);
        return builder.build();
    }

    private ContentStreamProvider counted(ContentStreamProvider content) {
        return () -> {
            pace.sending();
            return new Counted(content.newStream(), pace::sent, () -> {});
        };
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
        underWay.add(this);
        boolean answered = false;
        try {
            HttpExecuteResponse response = request.call();
            pace.receiving();
            answered = response.responseBody().isPresent();
            return HttpExecuteResponse.builder()
                    .response(response.httpResponse())
                    .responseBody(response.responseBody().map(this::counted).orElse(null))
                    .build();
        } catch (IOException | RuntimeException e) {
            throw stalledOr(e);
        } finally {
            if (!answered) {
                underWay.remove(this);
            }
        }
    }

    private AbortableInputStream counted(AbortableInputStream body) {
        return AbortableInputStream.create(
                new Counted(body, pace::received, () -> underWay.remove(this)), this);
    }

    /** By the watch's thread. */
    void tick() {
        pace.slow()
                .ifPresent(
                        so ->
                                LOGGER.atWarn()
                                        .addKeyValue("request", name)
                                        .addKeyValue("moved", so)
                                        .log("A request to S3 is slow; it is waited for"));
        pace.tick()
                .ifPresent(
                        why -> {
                            givenUp = why;
                            abort();
                        });
    }

    private IOException stalledOr(Exception e) throws IOException {
        if (givenUp != null) {
            IOException cause = e instanceof IOException io ? io : new IOException(e.toString(), e);
            return new StalledRequestException("given up: " + givenUp, cause);
        }
        if (e instanceof IOException io) {
            return io;
        }
        throw (RuntimeException) e;
    }

    @Override
    public void abort() {
        underWay.remove(this);
        request.abort();
    }

    /** Tells the pace of what passes. */
    private final class Counted extends FilterInputStream {
        private final IntConsumer passed;
        private final Runnable ended;

        Counted(InputStream in, IntConsumer passed, Runnable ended) {
            super(in);
            this.passed = passed;
            this.ended = ended;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                int count = in.read(bytes, offset, length);
                if (count > 0) {
                    passed.accept(count);
                } else if (count < 0) {
                    ended.run();
                }
                return count;
            } catch (IOException | RuntimeException e) {
                throw stalledOr(e);
            }
        }

        @Override
        public void close() throws IOException {
            ended.run();
            super.close();
        }
    }
}
