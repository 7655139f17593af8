package io.tidemark.timeline.pair;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.timeline.event.ChunkRange;
import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.tag.Fact;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Chunk migrations. Only an entry on {@code config.chunks} moves a chunk: {@code moveChunk.from} is
 * written by failed moves too, and says "aborted" of moves that the config servers committed; a
 * dead donor writes no end at all. A donor runs one migration at a time, so its next start ends
 * what it left open.
 */
final class MovePairing {
    private final Operations operations;
    private final Catalogue catalogue;

    /** Once config.chunks has been seen, its silence proves that a move did not take effect. */
    private boolean seesChunks;

    MovePairing(Operations operations, Catalogue catalogue) {
        this.operations = operations;
        this.catalogue = catalogue;
    }

    boolean seesChunks() {
        return seesChunks;
    }

    void restore(boolean chunksSeen) {
        seesChunks = chunksSeen;
    }

    void line(Moment moment, Fact.LogLine line) {
        switch (line.what()) {
            case "moveChunk.start" -> start(moment, line);
            case "moveChunk.commit" -> step(moment, line, Outcome.COMPLETED);
            case "moveChunk.error" -> step(moment, line, Outcome.ABORTED);
            case "moveChunk.from" -> end(moment, line);
            default -> step(moment, line, Outcome.OPEN);
        }
    }

    void chunk(Moment moment, Fact.ChunkWrite write) {
        seesChunks = true;
        List<Operation> candidates = new ArrayList<>();
        for (Operation op : operations.open()) {
            if (op.kind == EventKind.MOVE_CHUNK && op.target.equals(write.owner())) {
                candidates.add(op);
            }
        }
        boolean only = candidates.size() == 1;
        for (Operation op : candidates) {
            boolean sameRange =
                    write.range().isPresent() ? op.chunks.contains(write.range().get()) : only;
            if (sameRange && mayConcern(op, write) && !op.chunkMoved) {
                op.chunkMoved = true;
                op.decidedAt = moment.at();
                op.hint = Outcome.COMPLETED;
                op.saw(moment, "config.chunks owner " + write.owner());
            }
        }
    }

    void coordinator(Moment moment, Fact.MigrationWrite write) {
        String token = moment.token("migration " + write.id());
        for (Operation op : List.copyOf(operations.open())) {
            if (op.kind != EventKind.MOVE_CHUNK) {
                continue;
            }
            if (write.removed()) {
                if (op.waitingFor.remove(token)) {
                    op.saw(moment, "migration coordinator ends");
                    op.maybeOver(moment.at(), operations.limits().settle());
                }
            } else if (op.ns.equals(write.ns())
                    && op.target.equals(write.recipient())
                    && write.range().filter(op.chunks::contains).isPresent()) {
                op.waitingFor.add(token);
                op.saw(moment, "migration coordinator begins");
            }
        }
    }

    private void start(Moment moment, Fact.LogLine line) {
        String from = line.details().string("from").orElse(line.writer());
        String to = line.details().string("to").orElse("");
        Optional<ChunkRange> range = ChunkRange.of(line.details());
        String key = key(line.ns(), range, from, to);
        endLeftOpen(moment, from, key);
        Operation op =
                operations.openOrJoin(moment, EventKind.MOVE_CHUNK, key, "moveChunk", line.ns());
        op.target = to;
        op.on(from).on(to).saw(moment, line.what());
        if (op.chunks.isEmpty()) {
            range.ifPresent(op.chunks::add);
        }
    }

    private void endLeftOpen(Moment moment, String donor, String key) {
        for (Operation op : List.copyOf(operations.open())) {
            boolean sameDonor =
                    op.kind == EventKind.MOVE_CHUNK
                            && !op.shards.isEmpty()
                            && op.shards.get(0).equals(donor);
            if (sameDonor && !op.key.equals(key)) {
                operations.close(op, moment.at(), outcome(op, Outcome.UNKNOWN));
            }
        }
    }

    private void step(Moment moment, Fact.LogLine line, Outcome told) {
        Operation op = find(line).orElse(null);
        if (op == null) {
            if (recall(line).isEmpty()) {
                alone(moment, line, told == Outcome.OPEN ? Outcome.UNKNOWN : told);
            }
            return;
        }
        op.saw(moment, line.what());
        if (told == Outcome.COMPLETED) {
            op.decided(moment.at(), told);
        } else if (told == Outcome.ABORTED && !op.chunkMoved) {
            op.hint = told;
        }
    }

    private void end(Moment moment, Fact.LogLine line) {
        Outcome told = noted(line);
        Operation op = find(line).orElse(null);
        if (op != null) {
            op.saw(moment, line.what());
            if (told == Outcome.COMPLETED) {
                op.decided(moment.at(), told);
            }
            operations.close(op, moment.at(), outcome(op, told));
            return;
        }
        Optional<Operation> before = recall(line);
        if (before.isEmpty()) {
            alone(moment, line, told);
        } else if (before.get().softlyClosed) {
            operations.extend(before.get(), moment.at(), outcome(before.get(), told));
        }
    }

    /** What config.chunks shows goes before what the donor believed. */
    private Outcome outcome(Operation op, Outcome told) {
        if (op.decidedAt != null) {
            return Outcome.COMPLETED;
        }
        if (op.hint == Outcome.ABORTED) {
            return Outcome.ABORTED;
        }
        boolean unproven = told == Outcome.UNKNOWN && !seesChunks;
        return unproven ? Outcome.UNKNOWN : Outcome.ABORTED;
    }

    /** An end or step whose start was not captured, or never written: the move failed early. */
    private void alone(Moment moment, Fact.LogLine line, Outcome outcome) {
        String from = line.details().string("from").orElse("");
        String to = line.details().string("to").orElse("");
        Optional<ChunkRange> range = ChunkRange.of(line.details());
        String key = key(line.ns(), range, from, to);
        Operation op = new Operation(moment, EventKind.MOVE_CHUNK, key, "moveChunk", line.ns());
        op.startSeen = false;
        op.target = to;
        range.ifPresent(op.chunks::add);
        op.on(from).on(to).saw(moment, line.what());
        if (outcome == Outcome.COMPLETED) {
            op.from = operations.earliestBefore(moment.at());
            op.decidedAt = moment.at();
        }
        operations.begin(op);
        operations.close(op, moment.at(), outcome);
    }

    private Optional<Operation> find(Fact.LogLine line) {
        return operations.open().stream().filter(op -> matches(op, line)).findFirst();
    }

    private Optional<Operation> recall(Fact.LogLine line) {
        return operations.ended().stream()
                .filter(op -> matches(op, line))
                .reduce((earlier, later) -> later);
    }

    /** Before 4.4 the recipient's line names neither donor nor recipient. */
    private static boolean matches(Operation op, Fact.LogLine line) {
        if (op.kind != EventKind.MOVE_CHUNK || !op.ns.equals(line.ns())) {
            return false;
        }
        RawDocument details = line.details();
        boolean sameTo = details.string("to").map(op.target::equals).orElse(true);
        boolean sameFrom =
                details.string("from")
                        .map(from -> !op.shards.isEmpty() && op.shards.get(0).equals(from))
                        .orElse(true);
        boolean sameRange = ChunkRange.of(details).map(op.chunks::contains).orElse(false);
        return sameTo && sameFrom && sameRange;
    }

    private boolean mayConcern(Operation op, Fact.ChunkWrite write) {
        if (!write.ns().isEmpty()) {
            return write.ns().equals(op.ns);
        }
        // From 5.0 on chunk documents name the collection by its UUID only.
        return write.uuid().isEmpty() || catalogue.mayBe(write.uuid(), op.ns);
    }

    private static Outcome noted(Fact.LogLine line) {
        String note = line.details().string("note").orElse("");
        return switch (note) {
            case "success" -> Outcome.COMPLETED;
            case "aborted" -> Outcome.ABORTED;
            default -> line.details().has("errmsg") ? Outcome.ABORTED : Outcome.UNKNOWN;
        };
    }

    private static String key(String ns, Optional<ChunkRange> range, String from, String to) {
        String bounds = range.map(r -> hex(r.min()) + "|" + hex(r.max())).orElse("");
        return "moveChunk|" + ns + "|" + bounds + "|" + from + "|" + to;
    }

    private static String hex(RawDocument bound) {
        return HexFormat.of().formatHex(bound.toBytes());
    }
}
