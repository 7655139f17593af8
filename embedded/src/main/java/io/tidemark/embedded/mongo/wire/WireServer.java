package io.tidemark.embedded.mongo.wire;

import io.tidemark.embedded.mongo.node.Node;
import io.tidemark.embedded.net.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens for one member on the loopback interface; one thread per connection. */
public final class WireServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(WireServer.class);
    private static final long REBIND_NANOS = 10_000_000_000L;
    private static final int ATTEMPTS = 100;

    private final CommandHandler handler;
    private final Faults faults = new Faults();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nextConnection = new AtomicInteger(1);
    private volatile ServerSocket listener;
    private int port;
    private boolean keepsPort;

    /** Listens for a member of a replica set. */
    public WireServer(Node node, int member) {
        this(
                (connection, database, body, sequences) ->
                        node.handle(member, connection, database, body, sequences));
    }

    /** Listens for anyone who answers commands. */
    public WireServer(CommandHandler handler) {
        this.handler = handler;
    }

    /** Starts listening; on the former port if it listened before. */
    public synchronized void start() {
        ServerSocket opened = port == 0 ? onAnyPort() : again();
        port = opened.getLocalPort();
        keepsPort = true;
        listener = opened;
        Thread thread = new Thread(() -> accept(opened), "mongo-accept-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    /** One that is this member's also while it is down. */
    private static ServerSocket onAnyPort() {
        IOException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                return bound(LoopbackPort.free());
            } catch (BindException taken) {
                last = taken; // by somebody who does not ask which are free
            } catch (IOException e) {
                throw new UncheckedIOException("Can't choose a port on 127.0.0.1", e);
            }
        }
        throw new UncheckedIOException("No free port on 127.0.0.1", last);
    }

    private ServerSocket again() {
        long deadline = System.nanoTime() + REBIND_NANOS;
        while (true) {
            try {
                return bound(port);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new UncheckedIOException("Cannot listen on 127.0.0.1:" + port, e);
                }
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static ServerSocket bound(int port) throws IOException {
        ServerSocket opened = new ServerSocket();
        try {
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 128);
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    public int port() {
        return port;
    }

    public Faults faults() {
        return faults;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                if (from.isClosed()) {
                    // Stopped meanwhile, perhaps after all connections it knew were cut.
                    sockets.remove(socket);
                    socket.close();
                    return;
                }
                int id = nextConnection.getAndIncrement();
                Thread thread = new Thread(() -> serve(socket, id), "mongo-" + port + "-" + id);
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                if (!from.isClosed()) {
                    LOGGER.warn("Accepting a connection failed port={}", port, e);
                }
            }
        }
    }

    private void serve(Socket socket, int id) {
        try (socket) {
            new WireConnection(handler, id, socket, faults).run();
        } catch (IOException e) {
            LOGGER.debug("Connection ended port={} error={}", port, e.toString());
        } finally {
            sockets.remove(socket);
        }
    }

    /** Cuts every open connection; new ones are welcome. */
    public void cutConnections() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                LOGGER.debug("Closing a connection failed error={}", e.toString());
            }
        }
    }

    /** Stops listening, cuts every connection and gives the port back. */
    @Override
    public synchronized void close() {
        stop();
        if (keepsPort) {
            keepsPort = false;
            LoopbackPort.release(port);
        }
    }

    /** Stops listening and cuts every connection; {@link #start} listens on the same port again. */
    public synchronized void stop() {
        ServerSocket open = listener;
        listener = null;
        faults.killed();
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOGGER.debug("Closing the listener failed error={}", e.toString());
            }
        }
        cutConnections();
    }
}
