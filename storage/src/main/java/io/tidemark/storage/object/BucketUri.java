package io.tidemark.storage.object;

import io.tidemark.schemas.config.ConfigReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * Where the archive is: {@code file:DIR} or {@code
 * s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true&timeout=60s}. Credentials never stand
 * in it: they come from the environment or the other places where AWS's own tools look.
 */
public sealed interface BucketUri permits BucketUri.Directory, BucketUri.S3 {
    /** The range of {@code timeout}. */
    Duration LEAST = Duration.ofSeconds(1);

    Duration MOST = Duration.ofHours(1);

    /** Opens no connection: the first call of the store does. */
    ObjectStore open();

    /**
     * As {@link #open()}.
     *
     * @param retries told how many times a request was tried again, if it was; by any thread
     */
    default ObjectStore open(IntConsumer retries) {
        return open();
    }

    /**
     * @throws IllegalArgumentException with the reason, for the operator
     */
    static BucketUri parse(String text) {
        if (text.startsWith("file:")) {
            String path = text.substring("file:".length()).replaceFirst("^//+", "/");
            if (path.isBlank()) {
                throw refuse(text, "no directory is named");
            }
            if (Files.isRegularFile(Path.of(path))) {
                throw refuse(text, "that is a file; a bucket is a folder");
            }
            return new Directory(Path.of(path));
        }
        if (text.startsWith("s3://")) {
            return parseS3(text);
        }
        throw refuse(text, "it begins with neither 'file:' nor 's3://'");
    }

    private static S3 parseS3(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw refuse(text, "it is no URI: " + e.getReason());
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "The bucket URI holds credentials. Take them out and set AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY, or use a profile or role.");
        }
        if (uri.getAuthority() == null || uri.getAuthority().isEmpty()) {
            throw refuse(text, "no bucket is named");
        }
        Map<String, String> options = options(text, uri.getRawQuery());
        S3 parsed =
                new S3(
                        uri.getAuthority(),
                        prefix(uri.getPath()),
                        Optional.ofNullable(options.remove("endpoint")).map(e -> url(text, e)),
                        Optional.ofNullable(options.remove("region")),
                        bool(text, options.remove("pathStyle")),
                        timeout(text, options.remove("timeout")));
        if (!options.isEmpty()) {
            throw refuse(text, "unknown option " + options.keySet().iterator().next());
        }
        return parsed;
    }

    private static Map<String, String> options(String text, String query) {
        Map<String, String> options = new TreeMap<>();
        if (query == null || query.isEmpty()) {
            return options;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw refuse(text, "option '" + pair + "' is not name=value");
            }
            String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            options.put(pair.substring(0, equals), value);
        }
        return options;
    }

    private static String prefix(String path) {
        String inner = path == null ? "" : path.replaceAll("^/+|/+$", "");
        return inner.isEmpty() ? "" : inner + "/";
    }

    private static URI url(String text, String endpoint) {
        try {
            URI uri = new URI(endpoint);
            if (uri.getScheme() != null && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException notOne) {
            throw refuse(text, "endpoint '" + endpoint + "' is no URL: " + notOne.getReason());
        }
        throw refuse(text, "endpoint '" + endpoint + "' is no URL like http://host:9000");
    }

    private static boolean bool(String text, String value) {
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw refuse(text, "pathStyle must be true or false but is '" + value + "'");
    }

    private static Duration timeout(String text, String value) {
        if (value == null) {
            return S3.TIMEOUT;
        }
        return ConfigReader.time(value)
                .filter(t -> t.compareTo(LEAST) >= 0 && t.compareTo(MOST) <= 0)
                .orElseThrow(
                        () ->
                                refuse(
                                        text,
                                        "timeout must be a time from 1s to 1h, like 60s, but is '"
                                                + value
                                                + "'"));
    }

    private static IllegalArgumentException refuse(String text, String reason) {
        return new IllegalArgumentException(
                "'"
                        + text
                        + "' names no bucket: "
                        + reason
                        + ". Write file:DIR or"
                        + " s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true&timeout=60s.");
    }

    /** A directory of this machine, or of a mounted file system with hard links. */
    record Directory(Path path) implements BucketUri {
        @Override
        public ObjectStore open() {
            return new FileObjectStore(path);
        }

        @Override
        public String toString() {
            return "file:" + path;
        }
    }

    /**
     * A bucket of S3 or of a server that speaks its protocol, create-only puts included.
     *
     * @param prefix empty, or ends with '/'
     * @param endpoint of a server other than AWS's own
     * @param region else from the environment, else us-east-1 where an endpoint is given
     * @param pathStyle bucket in the path rather than in the host name
     * @param timeout a request that moves less than 1 KiB a second for so long is given up and
     *     tried again; shorter notices a server that stands still sooner, longer bears one that
     *     needs long to answer
     */
    record S3(
            String bucket,
            String prefix,
            Optional<URI> endpoint,
            Optional<String> region,
            boolean pathStyle,
            Duration timeout)
            implements BucketUri {
        static final Duration TIMEOUT = Duration.ofSeconds(60);

        @Override
        public ObjectStore open() {
            return new S3ObjectStore(this);
        }

        @Override
        public ObjectStore open(IntConsumer retries) {
            return new S3ObjectStore(this, retries);
        }

        @Override
        public String toString() {
            return "s3://" + bucket + "/" + prefix + endpoint.map(e -> " at " + e).orElse("");
        }
    }
}
