package io.tidemark.restore.timeline;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import io.tidemark.storage.object.DamagedObjectException;
import io.tidemark.storage.object.MissingKeyException;
import io.tidemark.storage.slice.SliceEntries;
import io.tidemark.storage.slice.SliceReader;
import io.tidemark.timeline.tag.Fact;
import io.tidemark.timeline.tag.Observation;
import io.tidemark.timeline.tag.Role;
import io.tidemark.timeline.tag.Tagger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Reads one replica set's archived oplog part by part and tags what it finds. What a step returns
 * is small: facts are rare. One thread at a time.
 */
final class OplogTagging {
    private final ArchivedOplog oplog;
    private final SliceReader reader;
    private final Tagger tagger;
    private final Iterator<Part> parts;
    private Optime last = Optime.NONE;

    OplogTagging(ArchivedOplog oplog, SliceReader reader, Role role) {
        this.oplog = oplog;
        this.reader = reader;
        this.tagger = new Tagger(role);
        this.parts = oplog.parts().iterator();
    }

    ArchivedOplog oplog() {
        return oplog;
    }

    boolean hasNext() {
        return parts.hasNext();
    }

    Told next() {
        Part part = parts.next();
        if (part instanceof Part.Missing missing) {
            last = missing.anew() ? Optime.NONE : last;
            return Told.hole(missing.gap(), missing.anew());
        }
        return read((Part.Entries) part);
    }

    private Told read(Part.Entries part) {
        ClusterTime after = part.link().readAfter();
        ClusterTime through = part.link().readThrough();
        List<Observation> found = new ArrayList<>();
        long read = 0;
        try (SliceEntries entries = reader.entries(part.link().slice(), after, through)) {
            while (entries.hasNext()) {
                OplogEntry entry = entries.next();
                if (entry.optime().term() >= 0 && entry.optime().term() < last.term()) {
                    return otherHistory(found, entry.optime(), part);
                }
                List<Fact> facts = tagger.tag(entry);
                // The first entry is told in any case: it shows where the record begins.
                if (!facts.isEmpty() || read == 0) {
                    found.add(new Observation(entry.clusterTime(), oplog.set(), facts));
                }
                last = entry.optime();
                read++;
            }
            return Told.entries(found, through, read);
        } catch (MissingKeyException keysOfTheCaller) {
            // With the right keys there is no hole here.
            throw keysOfTheCaller;
        } catch (DamagedObjectException damaged) {
            return damaged(found, after, through, damaged.getMessage());
        }
    }

    private Told otherHistory(List<Observation> found, Optime entry, Part.Entries part) {
        return damaged(
                found,
                part.link().readAfter(),
                part.link().readThrough(),
                part.link().slice().text()
                        + " holds "
                        + entry
                        + " behind "
                        + last
                        + ": these belong to different histories");
    }

    private Told damaged(
            List<Observation> before, ClusterTime after, ClusterTime through, String words) {
        ClusterTime known = ClusterTime.max(after, ClusterTime.min(last.clusterTime(), through));
        if (!known.isBefore(through)) {
            known = through.previous();
        }
        List<Observation> kept = new ArrayList<>(before);
        ClusterTime end = known;
        kept.removeIf(observation -> observation.at().isAfter(end));
        SliceDamage damage = new SliceDamage(oplog.set(), known, through, words);
        Gap gap = new Gap(known, through, words);
        return new Told(kept, Optional.of(gap), false, through, 0, Optional.of(damage));
    }
}
