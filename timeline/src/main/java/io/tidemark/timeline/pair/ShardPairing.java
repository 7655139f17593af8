package io.tidemark.timeline.pair;

import io.tidemark.timeline.event.EventKind;
import io.tidemark.timeline.event.Outcome;
import io.tidemark.timeline.tag.Fact;
import java.util.Optional;

/**
 * Shards that join and leave. Between {@code removeShard.start} and the end lie days of draining:
 * chunk migrations only. The cluster changes with the entry on {@code config.shards}.
 */
final class ShardPairing {
    private final Operations operations;

    ShardPairing(Operations operations) {
        this.operations = operations;
    }

    void line(Moment moment, Fact.LogLine line) {
        switch (line.what()) {
            case "addShard" -> ends(moment, line, EventKind.ADD_SHARD, "name");
            case "removeShard.start" -> {
                Operation op = removal(moment, line.details().string("shard").orElse(""));
                op.saw(moment, line.what());
            }
            default -> ends(moment, line, EventKind.REMOVE_SHARD, "shard");
        }
    }

    void document(Moment moment, Fact.ShardWrite write) {
        String step = "config.shards " + write.id();
        if (write.removed()) {
            Operation op = removal(moment, write.id());
            op.critical(moment.at()).decided(moment.at(), Outcome.COMPLETED).saw(moment, step);
            op.maybeOver(moment.at(), operations.limits().settle());
        } else if (write.inserted()) {
            joins(moment, write, step);
        } else if (write.draining().isPresent()) {
            draining(moment, write, step);
        }
    }

    private void joins(Moment moment, Fact.ShardWrite write, String step) {
        String key = key(EventKind.ADD_SHARD, write.id());
        Operation op = operations.openOrJoin(moment, EventKind.ADD_SHARD, key, "addShard", "");
        op.on(write.id()).critical(moment.at()).decided(moment.at(), Outcome.COMPLETED);
        op.saw(moment, step).maybeOver(moment.at(), operations.limits().settle());
    }

    private void draining(Moment moment, Fact.ShardWrite write, String step) {
        if (write.draining().orElse(false)) {
            removal(moment, write.id()).saw(moment, step + " draining");
            return;
        }
        // Draining was called off.
        operations
                .find(key(EventKind.REMOVE_SHARD, write.id()))
                .filter(op -> op.decidedAt == null)
                .ifPresent(
                        op -> {
                            op.saw(moment, step + " not draining");
                            operations.close(op, moment.at(), Outcome.ABORTED);
                        });
    }

    private Operation removal(Moment moment, String shard) {
        String key = key(EventKind.REMOVE_SHARD, shard);
        Operation op =
                operations.openOrJoin(moment, EventKind.REMOVE_SHARD, key, "removeShard", "");
        op.patient = true;
        op.on(shard);
        return op;
    }

    private void ends(Moment moment, Fact.LogLine line, EventKind kind, String field) {
        String shard = line.details().string(field).orElse("");
        String key = key(kind, shard);
        Optional<Operation> known = operations.find(key);
        if (known.isPresent()) {
            known.get().saw(moment, line.what());
            operations.close(known.get(), moment.at(), Outcome.COMPLETED);
            return;
        }
        Optional<Operation> before = operations.recall(key);
        if (before.isPresent()) {
            before.filter(op -> op.softlyClosed)
                    .ifPresent(op -> operations.extend(op, moment.at(), Outcome.COMPLETED));
            return;
        }
        Operation op = new Operation(moment, kind, key, kind.code(), "");
        op.startSeen = kind == EventKind.ADD_SHARD;
        op.on(shard).saw(moment, line.what());
        operations.begin(op);
        operations.close(op, moment.at(), Outcome.COMPLETED);
    }

    private static String key(EventKind kind, String shard) {
        return kind.code() + "|" + shard;
    }
}
