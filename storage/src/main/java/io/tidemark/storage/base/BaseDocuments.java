package io.tidemark.storage.base;

import io.tidemark.schemas.bson.MalformedBsonException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.layout.BasePlace;
import io.tidemark.schemas.layout.ObjectKey;
import io.tidemark.schemas.layout.PartId;
import io.tidemark.storage.frames.DocumentRun;
import io.tidemark.storage.frames.FrameStream;
import io.tidemark.storage.frames.FramedReader;
import io.tidemark.storage.object.DamagedObjectException;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Documents of a base, decoded frame by frame as they are asked for. */
public final class BaseDocuments implements Iterator<RawDocument> {
    private final BaseReader reader;
    private final BasePlace place;
    private final BaseCollection collection;
    private final int toPart;
    private int nextPart;
    private FrameStream frames;
    private DocumentRun run = DocumentRun.EMPTY;

    BaseDocuments(
            BaseReader reader,
            BasePlace place,
            BaseCollection collection,
            int fromPart,
            int toPart) {
        this.reader = reader;
        this.place = place;
        this.collection = collection;
        this.nextPart = fromPart;
        this.toPart = toPart;
    }

    @Override
    public boolean hasNext() {
        while (!run.hasNext()) {
            if (frames != null && frames.hasNext()) {
                run = new DocumentRun(frames.next());
            } else if (nextPart < toPart) {
                FramedReader part = reader.open(place, collection, nextPart);
                frames = part.frames(0, part.index().frames().size());
                nextPart++;
            } else {
                return false;
            }
        }
        return true;
    }

    @Override
    public RawDocument next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no further document of " + collection.namespace());
        }
        try {
            return run.next();
        } catch (MalformedBsonException e) {
            throw noBson(e);
        }
    }

    private DamagedObjectException noBson(MalformedBsonException e) {
        PartId part = collection.parts().get(nextPart - 1).id();
        String key = new ObjectKey.OfBasePart(place, collection.uuid(), part).text();
        return new DamagedObjectException(
                new DamagedObjectException.Damage(
                        key,
                        "holds what is no BSON (" + e.getMessage() + ")",
                        "it was written so: the fault lies in the backup's source",
                        "take another base"),
                e);
    }
}
