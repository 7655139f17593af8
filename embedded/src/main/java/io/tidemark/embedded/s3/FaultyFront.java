package io.tidemark.embedded.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Listens where clients think the server is, and relays each connection to it, faults included. */
final class FaultyFront implements AutoCloseable {
    private final ServerSocket listener;
    private final int upstreamPort;
    private final HttpFaults faults;
    private final Set<RelayedConnection> open = ConcurrentHashMap.newKeySet();

    /**
     * @param port 0 for any free one
     */
    FaultyFront(int port, int upstreamPort, HttpFaults faults) throws IOException {
        this.listener = new ServerSocket();
        this.upstreamPort = upstreamPort;
        this.faults = faults;
        listener.setReuseAddress(true);
        listener.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), 256);
        daemon("s3-front-" + listener.getLocalPort(), this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                relay(client);
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(
                            "The front of the S3 server stopped accepting", e);
                }
            }
        }
    }

    private void relay(Socket client) throws IOException {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), upstreamPort);
            RelayedConnection connection = new RelayedConnection(client, server, faults);
            open.add(connection);
            daemon("s3-front-requests", connection::relayRequests);
            daemon(
                    "s3-front-answers",
                    () -> {
                        connection.relayAnswers();
                        open.remove(connection);
                    });
        } catch (IOException upstreamDown) {
            client.close(); // what a client of a dead server sees
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't close the front of the S3 server", e);
        }
        open.forEach(RelayedConnection::close);
    }
}
