package io.tidemark.storage.object;

import java.nio.charset.StandardCharsets;

/**
 * Proves once per process that the server refuses to overwrite: the same small object is put until
 * it is refused. An old server that ignores {@code If-None-Match} accepts it each time.
 */
final class CreateOnlyProof {
    private static final String KEY = ".tidemark-create-only";
    private static final Body BODY =
            Body.of(
                    "Written by Tidemark to see that this server refuses to overwrite objects.\n"
                            .getBytes(StandardCharsets.UTF_8));
    private final S3ObjectStore store;
    private boolean proven;

    CreateOnlyProof(S3ObjectStore store) {
        this.store = store;
    }

    synchronized void require() {
        if (proven) {
            return;
        }
        boolean refused = false;
        for (int i = 0; i < 2 && !refused; i++) {
            refused = !store.create(KEY, BODY);
        }
        if (!refused) {
            throw new UnreachableException(
                    store.describe()
                            + " ignores 'If-None-Match: *': two writers could overwrite each"
                            + " other's archive unseen, so nothing is written there. Use a server"
                            + " with conditional writes (S3 has them since August 2024), or"
                            + " file:DIR.",
                    null);
        }
        proven = true;
    }
}
