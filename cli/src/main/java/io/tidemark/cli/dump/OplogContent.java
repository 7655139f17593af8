package io.tidemark.cli.dump;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Optime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What one reading of an oplog file saw.
 *
 * @param entries how many
 * @param firstSum CRC-32C of the first entry's bytes
 * @param lastSum of the last entry's
 * @param sum of all entries'
 * @param hasWrites whether an entry writes documents, alone or in a transaction: files of noops
 *     alone may be alike
 * @param ofConfigServers the first entry that only config servers log
 * @param silence the longest time without an entry, within one term
 */
record OplogContent(
        Optime first,
        Optime last,
        boolean firstEver,
        long entries,
        long firstSum,
        long lastSum,
        long sum,
        boolean hasWrites,
        Optional<Optime> ofConfigServers,
        Optional<Silence> silence) {

    /** From an entry to the next one. */
    record Silence(ClusterTime after, ClusterTime next) {
        long seconds() {
            return next.seconds() - after.seconds();
        }
    }

    /** Sees the entries one after the other. */
    static final class Reading {
        private final OplogEntry first;
        private final long firstSum;
        private final CRC32C all = new CRC32C();
        private Optime last;
        private long lastSum;
        private long entries;
        private boolean hasWrites;
        private Optional<Optime> ofConfigServers = Optional.empty();
        private Optional<Silence> silence = Optional.empty();

        Reading(OplogEntry first) {
            this.first = first;
            this.last = first.optime();
            add(first);
            this.firstSum = lastSum;
        }

        void add(OplogEntry entry) {
            entries++;
            lastSum = sum(entry.raw());
            RawDocument raw = entry.raw();
            all.update(raw.array(), raw.offset(), raw.sizeBytes());
            hasWrites |= writes(entry);
            if (ofConfigServers.isEmpty() && ShardIdentity.isOfConfigServers(entry)) {
                ofConfigServers = Optional.of(entry.optime());
            }
            // Between two terms there was no primary, which is silence enough.
            if (entry.optime().term() == last.term()) {
                note(new Silence(last.clusterTime(), entry.clusterTime()));
            }
            last = entry.optime();
        }

        private static boolean writes(OplogEntry entry) {
            return switch (entry.shape()) {
                case INSERT, UPDATE, DELETE -> true;
                case BATCH,
                        VECTORED_INSERT,
                        TRANSACTION_WHOLE,
                        TRANSACTION_PART,
                        TRANSACTION_END,
                        PREPARE ->
                        entry.o().document("applyOps").filter(all -> !all.isEmpty()).isPresent();
                default -> false;
            };
        }

        private void note(Silence found) {
            if (found.seconds() > silence.map(Silence::seconds).orElse(0L)) {
                silence = Optional.of(found);
            }
        }

        private static long sum(RawDocument raw) {
            CRC32C crc = new CRC32C();
            crc.update(raw.array(), raw.offset(), raw.sizeBytes());
            return crc.getValue();
        }

        OplogContent done() {
            return new OplogContent(
                    first.optime(),
                    last,
                    isFirstEver(first),
                    entries,
                    firstSum,
                    lastSum,
                    all.getValue(),
                    hasWrites,
                    ofConfigServers,
                    silence);
        }

        /** A replica set's oplog begins with the noop {@code initiating set}. */
        private static boolean isFirstEver(OplogEntry entry) {
            return entry.op().equals("n")
                    && entry.o().string("msg").filter("initiating set"::equals).isPresent();
        }
    }
}
