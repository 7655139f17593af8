package io.tidemark.storage.object;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket of S3, or of a server that speaks its protocol. Puts carry {@code If-None-Match: *} and
 * a checksum that the server verifies; a put that breaks off leaves nothing under its key. Retries
 * are the SDK's alone, and told in the log; attempts that stand still or nearly so are given up
 * (see {@link RequestPace}). All that is read is read at once, so a caller that takes its time
 * never looks like a slow server.
 *
 * <p>A server that ignores {@code If-None-Match} would let one writer overwrite another's archive
 * in silence, so the first put of each process proves that it does not (see {@link
 * CreateOnlyProof}).
 */
public final class S3ObjectStore implements ObjectStore {
    private static final int PRECONDITION_FAILED = 412;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final String CONTENT = "application/octet-stream";
    private final BucketUri.S3 place;
    private final S3Failures failures;
    private final CreateOnlyProof proof = new CreateOnlyProof(this);
    private final IntConsumer retries;
    private S3Client client;
    private boolean closed;

    /** Opens nothing; the first call connects. */
    public S3ObjectStore(BucketUri.S3 place) {
        this(place, times -> {});
    }

    /**
     * As {@link #S3ObjectStore(BucketUri.S3)}.
     *
     * @param retries told how many times a request was tried again, if it was; by any thread
     */
    public S3ObjectStore(BucketUri.S3 place, IntConsumer retries) {
        this.place = place;
        this.retries = retries;
        this.failures = new S3Failures(place);
    }

    private synchronized S3Client client() {
        if (closed) {
            throw new IllegalStateException("the store of " + place + " is closed");
        }
        if (client == null) {
            client = S3Clients.connect(place, retries);
        }
        return client;
    }

    @Override
    public PutOutcome put(String key, Body body) {
        proof.require();
        if (create(key, body)) {
            return PutOutcome.CREATED;
        }
        try {
            if (SameContent.check(this, key, body)) {
                return PutOutcome.ALREADY_IDENTICAL;
            }
        } catch (IOException e) {
            throw failures.content(key, e);
        }
        throw FencedException.otherContent(key, describe());
    }

    /** False if there is an object of that key already. */
    boolean create(String key, Body body) {
        PutObjectRequest request =
                PutObjectRequest.builder()
                        .bucket(place.bucket())
                        .key(full(key))
                        .ifNoneMatch("*")
                        .contentLength(body.sizeBytes())
                        .build();
        String what = "write object " + key;
        try {
            String tag =
                    ToldRetries.asking(what, () -> client().putObject(request, content(body)))
                            .eTag();
            if (tag == null) {
                throw failures.noS3(what, "without an ETag");
            }
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
                return false;
            }
            throw failures.translate(what, e);
        } catch (SdkException | java.io.UncheckedIOException | IllegalStateException e) {
            // The last two: the body could not be read, or is shorter than it said.
            throw failures.translate(what, e);
        }
    }

    private static RequestBody content(Body body) {
        return RequestBody.fromContentProvider(
                () -> {
                    try {
                        return body.open();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException("can't read what is uploaded", e);
                    }
                },
                body.sizeBytes(),
                CONTENT);
    }

    @Override
    public Optional<StoredObject> head(String key) {
        String what = "look at object " + key;
        try {
            Long size =
                    ToldRetries.asking(
                                    what,
                                    () ->
                                            client().headObject(
                                                            r ->
                                                                    r.bucket(place.bucket())
                                                                            .key(full(key))))
                            .contentLength();
            if (size == null) {
                throw failures.noS3(what, "without a length");
            }
            return Optional.of(new StoredObject(key, size));
        } catch (NoSuchKeyException absent) {
            return Optional.empty();
        } catch (SdkException e) {
            throw failures.translate(what, e);
        }
    }

    @Override
    public byte[] read(String key, long offset, int length) {
        if (length == 0) {
            return new byte[0];
        }
        String what = "read object " + key;
        String range = "bytes=" + offset + "-" + (offset + length - 1);
        try {
            ResponseBytes<GetObjectResponse> bytes =
                    ToldRetries.asking(
                            what,
                            () ->
                                    client().getObject(
                                                    r ->
                                                            r.bucket(place.bucket())
                                                                    .key(full(key))
                                                                    .range(range),
                                                    ResponseTransformer.toBytes()));
            return bytes.asByteArrayUnsafe();
        } catch (NoSuchKeyException absent) {
            throw DamagedObjectException.missing(key);
        } catch (S3Exception e) {
            if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
                return new byte[0];
            }
            throw failures.translate(what, e);
        } catch (SdkException e) {
            throw failures.translate(what, e);
        }
    }

    @Override
    public Stream<StoredObject> list(String prefix, String startAfter) {
        S3Pages pages = new S3Pages(client(), place, failures, place.prefix() + prefix);
        return pages.objects(startAfter.isEmpty() ? "" : place.prefix() + startAfter);
    }

    @Override
    public List<String> folders(String prefix) {
        ObjectNames.requireFolder(prefix);
        S3Pages pages = new S3Pages(client(), place, failures, place.prefix() + prefix);
        return new ArrayList<>(pages.folders());
    }

    @Override
    public List<StoredObject> directlyBelow(String prefix) {
        ObjectNames.requireFolder(prefix);
        return new S3Pages(client(), place, failures, place.prefix() + prefix).directlyBelow();
    }

    @Override
    public void delete(String key) {
        String what = "delete object " + key;
        try {
            ToldRetries.asking(
                    what,
                    () -> client().deleteObject(r -> r.bucket(place.bucket()).key(full(key))));
        } catch (NoSuchKeyException absentAlready) {
            return;
        } catch (SdkException e) {
            throw failures.translate(what, e);
        }
    }

    private String full(String key) {
        return place.prefix() + ObjectNames.require(key);
    }

    @Override
    public String describe() {
        return place.toString();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
