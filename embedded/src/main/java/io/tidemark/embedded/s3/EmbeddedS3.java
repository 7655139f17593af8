package io.tidemark.embedded.s3;

import io.tidemark.embedded.net.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * S3 server (s3proxy over a directory) on 127.0.0.1. A bucket is a subdirectory, an object is a
 * file in it.
 *
 * <p>Create-only puts ({@code If-None-Match: *}) are atomic, {@code If-Match} is not: never rely on
 * it. Checksums sent with a put are verified and not kept. A put that is cut off leaves nothing
 * under its own key, but may leave a temporary object that listings show.
 *
 * <p>The port is kept next to the data: a server stopped and started, or made anew for the same
 * directory, has the same {@link #endpoint()}. Path style addressing, any region.
 */
public final class EmbeddedS3 implements AutoCloseable {
    public static final String ACCESS_KEY = "tidemark-access";
    public static final String SECRET_KEY = "tidemark-secret-only-for-this-machine";
    public static final String REGION = "us-east-1";

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedS3.class);
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final String PORT_FILE = ".port";

    private final Path directory;
    private final HttpFaults faults;
    private S3Proxy server;
    private FaultyFront front;
    private int port;

    private EmbeddedS3(Path directory, HttpFaults faults) {
        this.directory = directory.toAbsolutePath();
        this.faults = faults;
    }

    /** Keeps its objects in {@code directory}, created if absent. */
    public static EmbeddedS3 in(Path directory) {
        return new EmbeddedS3(directory, null);
    }

    /** The same behind a relay that can misbehave on demand; it costs some throughput. */
    public static EmbeddedS3 withFaultsIn(Path directory) {
        return new EmbeddedS3(directory, new HttpFaults());
    }

    /** Returns when requests are answered. Does nothing if it runs. */
    public synchronized EmbeddedS3 start() {
        if (server != null) {
            return this;
        }
        try {
            Files.createDirectories(directory.resolve("data"));
            int wanted = keptPort();
            server = startProxy(faults == null ? wanted : 0);
            port = server.getPort();
            if (faults != null) {
                front = new FaultyFront(wanted, server.getPort(), faults);
                port = front.port();
            }
            Files.writeString(directory.resolve(PORT_FILE), Integer.toString(port));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("Can't start an S3 server in " + directory, e);
        }
        LOGGER.atInfo().addKeyValue("endpoint", endpoint()).log("Embedded S3 serves");
        return this;
    }

    /**
     * Stops in the middle of whatever is running; {@link #start()} serves the same objects at the
     * same address.
     */
    public synchronized void stop() {
        if (front != null) {
            front.close();
            front = null;
        }
        if (server != null) {
            S3Proxy stopping = server;
            server = null;
            try {
                stopping.stop();
            } catch (Exception e) {
                throw new IllegalStateException(
                        "The S3 server of " + directory + " did not stop", e);
            }
        }
    }

    public synchronized void restart() {
        stop();
        start();
    }

    @Override
    public void close() {
        stop();
    }

    /** {@code http://127.0.0.1:PORT}; known from the first start on. */
    public synchronized URI endpoint() {
        if (port == 0) {
            throw new IllegalStateException(
                    "Start the S3 server first: its address is not known before");
        }
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Makes a bucket without asking over HTTP; existing ones stay as they are. */
    public void createBucket(String name) {
        if (!BUCKET.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' can't be the name of a bucket");
        }
        try {
            Files.createDirectories(directory.resolve("data").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("Can't make bucket " + name + " in " + directory, e);
        }
    }

    /** Where the object lies on disk: for tests that flip bits behind the server's back. */
    public Path file(String bucket, String key) {
        return directory.resolve("data").resolve(bucket).resolve(key);
    }

    /** The faults of {@link #withFaultsIn}; they outlive a restart. */
    public HttpFaults faults() {
        if (faults == null) {
            throw new IllegalStateException(
                    "This server was made without faults: use withFaultsIn");
        }
        return faults;
    }

    private int keptPort() throws IOException {
        Path file = directory.resolve(PORT_FILE);
        return Files.exists(file)
                ? Integer.parseInt(Files.readString(file).strip())
                : LoopbackPort.free();
    }

    private S3Proxy startProxy(int wanted) throws IOException {
        S3Proxy proxy =
                S3Proxy.builder()
                        .blobStore(
                                new FilesystemNio2BlobStore(directory.resolve("data").toString()))
                        .endpoint(URI.create("http://127.0.0.1:" + wanted))
                        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
                        .ignoreUnknownHeaders(true)
                        .stopTimeout(0)
                        .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IOException("s3proxy can't listen on 127.0.0.1:" + wanted, e);
        }
        return proxy;
    }
}
