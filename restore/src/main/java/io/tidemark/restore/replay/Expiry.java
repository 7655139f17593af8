package io.tidemark.restore.replay;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawDocumentBuilder;
import io.tidemark.schemas.bson.RawElement;
import java.util.Optional;

/**
 * The option {@code expireAfterSeconds} of time-series and clustered collections: it is set at the
 * end, so that old documents don't expire while they are restored.
 */
final class Expiry {
    private static final String OPTION = "expireAfterSeconds";

    private Expiry() {}

    static RawDocument without(RawDocument options) {
        RawDocumentBuilder rest = new RawDocumentBuilder(options.sizeBytes());
        for (RawElement option : options) {
            if (!option.isNamed(OPTION)) {
                rest.append(option);
            }
        }
        return RawDocument.of(rest.build());
    }

    /** As the change that sets it. */
    static Optional<RawDocument> of(RawDocument options) {
        return options.find(OPTION)
                .map(e -> RawDocument.of(new RawDocumentBuilder().append(e).build()));
    }
}
