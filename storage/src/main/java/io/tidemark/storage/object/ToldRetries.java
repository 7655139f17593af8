package io.tidemark.storage.object;

import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;

/**
 * The SDK's retries, with words: whoever waits for minutes for a server that fails sees which
 * request of what fails, why, and when it is tried again.
 */
final class ToldRetries implements RetryStrategy {
    private static final Logger LOGGER = LoggerFactory.getLogger(ToldRetries.class);

    /** The SDK tries again on the caller's own thread, and tells a strategy only the error. */
    private static final ThreadLocal<String> ASKED = new ThreadLocal<>();

    private final RetryStrategy retries;
    private final BucketUri.S3 place;

    private record Attempt(RetryToken token, int number) implements RetryToken {}

    ToldRetries(RetryStrategy retries, BucketUri.S3 place) {
        this.retries = retries;
        this.place = place;
    }

    /**
     * Makes a call of the SDK.
     *
     * @param what "write object K"
     */
    static <T> T asking(String what, Supplier<T> call) {
        ASKED.set(what);
        try {
            return call.get();
        } finally {
            ASKED.remove();
        }
    }

    @Override
    public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
        AcquireInitialTokenResponse first = retries.acquireInitialToken(request);
        return AcquireInitialTokenResponse.create(new Attempt(first.token(), 1), first.delay());
    }

    @Override
    public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
        Attempt failed = (Attempt) request.token();
        RefreshRetryTokenResponse next =
                retries.refreshRetryToken(request.toBuilder().token(failed.token()).build());
        LOGGER.atWarn()
                .addKeyValue("bucket", place)
                .addKeyValue("request", ASKED.get())
                .addKeyValue("attempt", failed.number() + " of " + retries.maxAttempts())
                .addKeyValue(
                        "nextIn",
                        String.format(Locale.ROOT, "%.1fs", next.delay().toMillis() / 1e3))
                .addKeyValue("error", S3Failures.reason(request.failure()))
                .log("A request to S3 failed and is tried again");
        return RefreshRetryTokenResponse.create(
                new Attempt(next.token(), failed.number() + 1), next.delay());
    }

    @Override
    public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
        Attempt last = (Attempt) request.token();
        RecordSuccessResponse response =
                retries.recordSuccess(RecordSuccessRequest.create(last.token()));
        return RecordSuccessResponse.create(new Attempt(response.token(), last.number()));
    }

    @Override
    public int maxAttempts() {
        return retries.maxAttempts();
    }

    /** It stands as it is: the SDK would rebuild it, without words, to add what it has already. */
    @Override
    public boolean useClientDefaults() {
        return false;
    }

    @Override
    public Builder<?, ?> toBuilder() {
        return retries.toBuilder();
    }

    @Override
    public void close() {
        retries.close();
    }
}
