package io.tidemark.embedded.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidemark.embedded.net.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schema registry on 127.0.0.1 with the REST calls, field names and error codes of Confluent's:
 * subjects, versions, schemas by id, compatibility (really checked, all levels), modes. Avro only,
 * without references, contexts and normalisation. In memory, or in a directory, where the address
 * is kept too.
 */
public final class EmbeddedRegistry implements AutoCloseable {
    public static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PORT_FILE = "port";

    private final Optional<Path> directory;
    private final RegistryFaults faults = new RegistryFaults();
    private String authorization = "";
    private Registrations registrations = new Registrations();
    private HttpServer server;
    private ExecutorService threads;
    private int port;

    static {
        // Else each answer waits for the client's delayed acknowledgement, 40 ms. Read once, before
        // the first server.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private EmbeddedRegistry(Optional<Path> directory) {
        this.directory = directory.map(Path::toAbsolutePath);
    }

    /** Forgets everything when this object goes; a stop and start keeps it. */
    public static EmbeddedRegistry inMemory() {
        return new EmbeddedRegistry(Optional.empty());
    }

    /** Keeps schemas and address in {@code directory}, created if absent. */
    public static EmbeddedRegistry in(Path directory) {
        return new EmbeddedRegistry(Optional.of(directory));
    }

    /** From now on every call needs these credentials (HTTP Basic). */
    public synchronized EmbeddedRegistry requireBasicAuth(String user, String password) {
        authorization =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString((user + ":" + password).getBytes(UTF_8));
        return this;
    }

    /** From now on every call needs this token (HTTP Bearer). */
    public synchronized EmbeddedRegistry requireBearerToken(String token) {
        authorization = "Bearer " + token;
        return this;
    }

    /** Returns when calls are answered. Does nothing if it runs. */
    public synchronized EmbeddedRegistry start() {
        if (server != null) {
            return this;
        }
        try {
            load();
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            server = HttpServer.create(address, 256);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't start a registry on 127.0.0.1:" + port, e);
        }
        threads =
                Executors.newCachedThreadPool(
                        work -> {
                            Thread thread = new Thread(work, "embedded-registry");
                            thread.setDaemon(true);
                            return thread;
                        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        LOGGER.atInfo().addKeyValue("url", url()).log("Embedded schema registry serves");
        return this;
    }

    /** {@link #start()} serves the same schemas at the same address. */
    public synchronized void stop() {
        if (server != null) {
            server.stop(0);
            threads.shutdownNow();
            server = null;
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** {@code http://127.0.0.1:PORT}; known from the first start on. */
    public synchronized URI url() {
        if (port == 0) {
            throw new IllegalStateException(
                    "Start the registry first: its address is not known before");
        }
        return URI.create("http://127.0.0.1:" + port);
    }

    public RegistryFaults faults() {
        return faults;
    }

    private void load() throws IOException {
        if (directory.isPresent()) {
            Files.createDirectories(directory.get());
            registrations = file(directory.get()).load();
            Path kept = directory.get().resolve(PORT_FILE);
            if (!Files.exists(kept)) {
                Files.writeString(kept, Integer.toString(LoopbackPort.free()));
            }
            port = Integer.parseInt(Files.readString(kept).strip());
        } else if (port == 0) {
            port = LoopbackPort.free();
        }
    }

    private static RegistryFile file(Path directory) {
        return new RegistryFile(directory.resolve("registry.json"));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            faults.seen();
            Thread.sleep(faults.delay().toMillis());
            // Read in any case: an unread body costs the connection.
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            int status = 200;
            Object answer;
            try {
                faults.refuseIfAsked();
                answer = answer(exchange, body);
            } catch (Refusal refusal) {
                status = refusal.status();
                answer = Map.of("error_code", refusal.code(), "message", refusal.getMessage());
            }
            send(exchange, status, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Object answer(HttpExchange exchange, String body) throws IOException {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        if (!authorization.isEmpty() && !authorization.equals(given)) {
            throw Refusal.http(401, "Unauthorized");
        }
        RegistryRequest request =
                RegistryRequest.of(exchange.getRequestMethod(), exchange.getRequestURI(), body);
        Object answer = new RegistryRoutes(registrations).answer(request);
        if (directory.isPresent() && !request.method().equals("GET")) {
            file(directory.get()).store(registrations);
        }
        return answer;
    }

    private static void send(HttpExchange exchange, int status, Object answer) throws IOException {
        byte[] bytes =
                answer instanceof RegistryRoutes.RawJson raw
                        ? raw.text().getBytes(UTF_8)
                        : JSON.writeValueAsBytes(answer);
        exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
