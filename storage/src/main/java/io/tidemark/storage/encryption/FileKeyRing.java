package io.tidemark.storage.encryption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys from a file, one per line: {@code name = 32 bytes in base64}; {@code #} begins a comment.
 * The first key wraps what is written now, the others open what was written before: to change keys,
 * put a new line on top and keep the old ones.
 *
 * <p>Data keys are derived (HMAC-SHA256 of the context under a key derived from the ring's), so the
 * same object is written again byte by byte; two different contents never share a data key.
 * Wrapping is AES key wrap (RFC 3394).
 */
public final class FileKeyRing implements KeyRing {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private final Map<String, byte[]> keys;
    private final String current;

    private FileKeyRing(Map<String, byte[]> keys) {
        this.keys = keys;
        this.current = keys.keySet().iterator().next();
    }

    /**
     * @throws IllegalArgumentException with the line that is wrong, never with its content
     */
    public static FileKeyRing read(Path file) throws IOException {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                add(keys, text, file + " line " + number);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("key ring " + file + " holds no key");
        }
        return new FileKeyRing(keys);
    }

    private static void add(Map<String, byte[]> keys, String line, String where) {
        int equals = line.indexOf('=');
        String name = equals < 0 ? "" : line.substring(0, equals).strip();
        byte[] key;
        try {
            key = Base64.getDecoder().decode(line.substring(equals + 1).strip());
        } catch (IllegalArgumentException notBase64) {
            // The cause would show the key.
            key = new byte[0];
        }
        if (!NAME.matcher(name).matches() || key.length != DataKey.SIZE_BYTES) {
            throw new IllegalArgumentException(
                    where + " is not 'name = 32 bytes in base64' (openssl rand -base64 32)");
        }
        if (keys.put(name, key) != null) {
            throw new IllegalArgumentException(where + " names key " + name + " a second time");
        }
    }

    @Override
    public DataKey newDataKey(byte[] context) {
        try {
            byte[] ring = keys.get(current);
            byte[] deriving = hmac(ring, "tidemark data keys 1".getBytes(StandardCharsets.UTF_8));
            byte[] secret = hmac(deriving, context);
            Cipher wrap = Cipher.getInstance("AESWrap");
            wrap.init(Cipher.WRAP_MODE, new SecretKeySpec(ring, "AES"));
            return new DataKey(secret, wrap.wrap(new SecretKeySpec(secret, "AES")), current);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java lacks AES key wrap or HMAC-SHA256", e);
        }
    }

    @Override
    public Optional<DataKey> unwrap(String keyId, byte[] wrapped) {
        byte[] ring = keys.get(keyId);
        if (ring == null) {
            return Optional.empty();
        }
        try {
            Cipher unwrap = Cipher.getInstance("AESWrap");
            unwrap.init(Cipher.UNWRAP_MODE, new SecretKeySpec(ring, "AES"));
            byte[] secret = unwrap.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
            return Optional.of(new DataKey(secret, wrapped, keyId));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new WrongKeyException(keyId, e);
        }
    }

    private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }
}
