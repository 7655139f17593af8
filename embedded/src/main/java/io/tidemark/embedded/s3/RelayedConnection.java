package io.tidemark.embedded.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection and its connection to the server. Requests are told apart, as each may meet
 * a fault; answers pass as bytes. One thread relays each way.
 */
final class RelayedConnection {
    private static final Logger LOGGER = LoggerFactory.getLogger(RelayedConnection.class);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Socket client;
    private final Socket server;
    private final HttpFaults faults;
    private volatile boolean loseAnswer;
    private volatile HttpFault.Dripped drip;
    private long answered; // of the answer that drips; the thread of answers alone counts

    RelayedConnection(Socket client, Socket server, HttpFaults faults) throws IOException {
        this.client = client;
        this.server = server;
        this.faults = faults;
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
    }

    void relayRequests() {
        try {
            InputStream in = new BufferedInputStream(client.getInputStream(), BUFFER_BYTES);
            OutputStream out = server.getOutputStream();
            Optional<RequestHead> head = RequestHead.read(in);
            while (head.isPresent()) {
                relay(head.get(), in, out);
                head = RequestHead.read(in);
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.toString()).log("Relayed connection broke");
        } finally {
            close();
        }
    }

    void relayAnswers() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                // "100 Continue" asks for the body: only what follows it is the answer.
                if (loseAnswer && !startsWith(buffer, read, "HTTP/1.1 100")) {
                    throw new EOFException("The answer is lost on purpose");
                }
                answer(buffer, read, out);
            }
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("error", e.toString()).log("Relayed connection broke");
        } finally {
            close();
        }
    }

    private void answer(byte[] buffer, int length, OutputStream out) throws IOException {
        HttpFault.Dripped slow = drip;
        int sent = slow == null ? length : (int) Math.min(length, slow.atOnce() - answered);
        out.write(buffer, 0, Math.max(0, sent));
        answered += Math.max(0, sent);
        for (int i = Math.max(0, sent); i < length; i += step(slow)) {
            int bytes = Math.min(step(slow), length - i);
            out.write(buffer, i, bytes);
            sleep(1_000L * bytes / slow.bytesPerSecond());
        }
    }

    /** Twenty steps a second: none is so long that it would pass for silence. */
    private static int step(HttpFault.Dripped slow) {
        return (int) Math.max(1, Math.min(BUFFER_BYTES, slow.bytesPerSecond() / 20));
    }

    private void relay(RequestHead head, InputStream in, OutputStream out) throws IOException {
        HttpFault fault = faults.take(head.method(), head.path()).orElse(null);
        if (fault instanceof HttpFault.Dripped dripped) {
            drip = dripped; // until the connection ends: its answers are told apart nowhere
        }
        BodyRelay body = new BodyRelay(in, out);
        if (fault instanceof HttpFault.Refused refused) {
            refuse(refused.status());
        } else if (fault instanceof HttpFault.Late late) {
            sleep(late.delay().toMillis());
        } else if (fault instanceof HttpFault.Held held) {
            await(held.released());
        } else if (fault instanceof HttpFault.AnswerLost) {
            loseAnswer = true;
        } else if (fault instanceof HttpFault.CutInBody cut) {
            body.cutAfter(cut.bytes());
        } else if (fault instanceof HttpFault.Slow slow) {
            body.limit(slow.bytesPerSecond());
        }
        out.write(head.bytes());
        body.relay(head);
    }

    /** Answers without waiting for the body, and ends the connection as servers then do. */
    private void refuse(int status) throws IOException {
        String text =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>%s</Code><Message>injected</Message></Error>"
                        .formatted(status == 503 ? "SlowDown" : "InternalError");
        String answer =
                "HTTP/1.1 %d injected\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                        .formatted(status, text.length(), text);
        client.getOutputStream().write(answer.getBytes(ISO_8859_1));
        client.shutdownOutput();
        drainClient();
        throw new EOFException("Refused with " + status + " on purpose");
    }

    /**
     * A socket closed with unread bytes is reset, and the client might lose the answer that it
     * should see.
     */
    private void drainClient() throws IOException {
        client.setSoTimeout(1_000);
        InputStream in = client.getInputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        int read;
        do {
            read = in.read(buffer);
        } while (read >= 0);
    }

    void close() {
        for (Socket socket : new Socket[] {client, server}) {
            try {
                socket.close();
            } catch (IOException e) {
                LOGGER.atDebug().addKeyValue("error", e.toString()).log("Socket did not close");
            }
        }
    }

    static void sleep(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while delaying a request", e);
        }
    }

    private static void await(CountDownLatch released) throws IOException {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while holding a request back", e);
        }
    }

    private static boolean startsWith(byte[] buffer, int length, String text) {
        return length >= text.length()
                && new String(buffer, 0, text.length(), ISO_8859_1).equals(text);
    }
}
