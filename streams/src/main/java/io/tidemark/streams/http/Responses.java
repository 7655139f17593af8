package io.tidemark.streams.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Bodies and the headers that belong to them. */
final class Responses {
    private static final String JSON = "application/json; charset=utf-8";
    private static final int TAG_BYTES = 16;

    private Responses() {}

    /** What may be kept, if the server is asked each time whether it is still true. */
    static void tagged(Context context, String type, byte[] body) {
        String tag = '"' + HexFormat.of().formatHex(Arrays.copyOf(sha256(body), TAG_BYTES)) + '"';
        context.header("ETag", tag).header("Cache-Control", "no-cache");
        // A proxy that compresses marks the tag as weak.
        String known = context.header("If-None-Match");
        if (known != null && known.contains(tag)) {
            context.status(304);
            return;
        }
        context.contentType(type).result(body);
    }

    static void taggedJson(Context context, byte[] body) {
        tagged(context, JSON, body);
    }

    /** What is only true now. */
    static void now(Context context, int status, JsonNode body) {
        context.status(status)
                .header("Cache-Control", "no-store")
                .contentType(JSON)
                .result(body.toString().getBytes(StandardCharsets.UTF_8));
    }

    static void problem(Context context, Problem problem) {
        now(context, problem.status(), problem.json());
    }

    private static byte[] sha256(byte[] body) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(body);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
