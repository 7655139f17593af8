package io.tidemark.embedded.mongo.wire;

import io.tidemark.embedded.mongo.node.Connection;
import io.tidemark.embedded.mongo.raw.BsonBytes;
import io.tidemark.embedded.mongo.raw.RawBuilder;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;

/** One client connection: reads messages, has them answered, writes the answers. */
final class WireConnection {
    private static final int MAX_MESSAGE_BYTES = 48_000_000;
    private static final int OP_REPLY = 1;
    private static final int OP_QUERY = 2004;
    private static final int OP_MSG = 2013;

    private final CommandHandler handler;
    private final Connection connection;
    private final Faults faults;
    private final DataInputStream in;
    private final OutputStream out;
    private int nextReplyId = 1;

    WireConnection(CommandHandler handler, int id, Socket socket, Faults faults)
            throws IOException {
        this.handler = handler;
        this.connection =
                new Connection(
                        id, socket.getInetAddress().getHostAddress() + ":" + socket.getPort());
        this.faults = faults;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        this.out = socket.getOutputStream();
    }

    /** Serves until the client leaves. */
    void run() throws IOException {
        byte[] header = new byte[16];
        while (true) {
            try {
                in.readFully(header);
            } catch (EOFException e) {
                return;
            }
            int length = BsonBytes.int32(header, 0);
            if (length < 16 || length > MAX_MESSAGE_BYTES) {
                throw new IOException("Message of " + length + " bytes refused");
            }
            byte[] message = new byte[length - 16];
            in.readFully(message);
            int requestId = BsonBytes.int32(header, 4);
            switch (BsonBytes.int32(header, 12)) {
                case OP_MSG -> answerMessage(requestId, message);
                case OP_QUERY -> answerQuery(requestId, message);
                default ->
                        throw new IOException(
                                "Operation code " + BsonBytes.int32(header, 12) + " refused");
            }
        }
    }

    private void answerMessage(int requestId, byte[] message) throws IOException {
        OpMessage parsed = OpMessage.parse(message);
        BsonDocument body = parsed.body();
        String database = body.containsKey("$db") ? body.getString("$db").getValue() : "admin";
        faults.beforeCommand(body.isEmpty() ? "" : body.getFirstKey());
        byte[] reply =
                faults.disk()
                        .refusal(body, parsed.sequences())
                        .orElseGet(
                                () ->
                                        handler.handle(
                                                connection, database, body, parsed.sequences()));
        if (!parsed.wantsNoReply()) {
            send(OP_MSG, requestId, 5, new byte[5], reply);
        }
    }

    /** Only the first hello comes this way. */
    private void answerQuery(int requestId, byte[] message) throws IOException {
        int at = 4;
        while (message[at] != 0) {
            at++;
        }
        at += 1 + 8;
        int count = BsonBytes.int32(message, at);
        BsonDocument query = OpMessage.shallow(new RawBsonDocument(message, at, count));
        byte[] reply;
        String command = query.isEmpty() ? "" : query.getFirstKey();
        if (command.equalsIgnoreCase("ismaster") || command.equals("hello")) {
            reply = handler.handle(connection, "admin", query, Map.of());
        } else {
            reply =
                    new RawBuilder()
                            .float64("ok", 0)
                            .string(
                                    "errmsg",
                                    "Unsupported OP_QUERY command: "
                                            + command
                                            + ". The client driver may require an upgrade.")
                            .int32("code", 352)
                            .string("codeName", "UnsupportedOpQueryCommand")
                            .toBytes();
        }
        byte[] prefix = new byte[20];
        prefix[0] = 8;
        prefix[16] = 1;
        send(OP_REPLY, requestId, 20, prefix, reply);
    }

    private void send(int opcode, int responseTo, int prefixLength, byte[] prefix, byte[] body)
            throws IOException {
        byte[] head = new byte[16 + prefixLength];
        BsonBytes.putInt(head, 0, head.length + body.length);
        BsonBytes.putInt(head, 4, nextReplyId++);
        BsonBytes.putInt(head, 8, responseTo);
        BsonBytes.putInt(head, 12, opcode);
        System.arraycopy(prefix, 0, head, 16, prefixLength);
        if (body.length < 8192) {
            byte[] whole = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, whole, head.length, body.length);
            write(whole);
        } else {
            write(head);
            write(body);
        }
    }

    private void write(byte[] bytes) throws IOException {
        int allowed = faults.allowed(bytes.length);
        out.write(bytes, 0, allowed);
        out.flush();
        if (allowed < bytes.length) {
            throw new IOException("Connection cut by a fault after " + allowed + " bytes");
        }
    }
}
