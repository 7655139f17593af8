package io.tidemark.streams.signal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Gap;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.schemas.model.Shard;
import io.tidemark.timeline.TimelineJson;
import io.tidemark.timeline.window.Base;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Signals as bytes on the application's own topics: a letter, then texts with NUL between, or an
 * observation as JSON.
 */
public final class SignalCodec {
    private static final String NONE = "-";

    private SignalCodec() {}

    public static byte[] write(Signal signal) {
        if (signal instanceof Signal.Observed observed) {
            byte[] json = TimelineJson.write(observed.observation());
            byte[] bytes = new byte[json.length + 1];
            bytes[0] = 'o';
            System.arraycopy(json, 0, bytes, 1, json.length);
            return bytes;
        }
        return String.join("\0", fields(signal)).getBytes(UTF_8);
    }

    /**
     * @throws IllegalArgumentException if this version never wrote such bytes
     */
    public static Signal read(byte[] bytes) {
        if (bytes.length > 0 && bytes[0] == 'o') {
            byte[] json = Arrays.copyOfRange(bytes, 1, bytes.length);
            return new Signal.Observed(TimelineJson.observation(json));
        }
        Iterator<String> fields = List.of(new String(bytes, UTF_8).split("\0", -1)).iterator();
        String kind = fields.next();
        return switch (kind) {
            case "f" -> new Signal.Frontier(set(fields), time(fields));
            case "a" -> new Signal.Archived(set(fields), time(fields));
            case "e" -> new Signal.Ended(set(fields), time(fields));
            case "b" -> begins(fields);
            case "r" -> new Signal.Role(set(fields), role(fields).orElseThrow());
            case "l" ->
                    new Signal.Lost(
                            set(fields), new Gap(time(fields), time(fields), fields.next()));
            case "n" -> new Signal.Reborn(set(fields), time(fields), time(fields));
            case "s" -> baseTaken(fields);
            case "p" -> new Signal.BaseGone(fields.next());
            case "m" -> new Signal.Founded(set(fields), shards(fields), true);
            case "g" -> new Signal.Founded(set(fields), shards(fields), false);
            case "x" -> new Signal.Forget(time(fields));
            default ->
                    throw new IllegalArgumentException(
                            "a signal of kind '"
                                    + kind
                                    + "': written by another version; reset the application");
        };
    }

    private static List<String> fields(Signal signal) {
        List<String> fields = new ArrayList<>();
        if (signal instanceof Signal.Frontier s) {
            add(fields, "f", s.replicaSet(), s.through());
        } else if (signal instanceof Signal.Archived s) {
            add(fields, "a", s.replicaSet(), s.through());
        } else if (signal instanceof Signal.Ended s) {
            add(fields, "e", s.replicaSet(), s.through());
        } else if (signal instanceof Signal.Begins s) {
            add(fields, "b", s.replicaSet(), s.after());
            fields.add(s.role().map(ReplicaSetRole::toString).orElse(NONE));
            fields.add(s.shards().isPresent() ? "+" : NONE);
            s.shards().ifPresent(shards -> addShards(fields, shards));
        } else if (signal instanceof Signal.Role s) {
            add(fields, "r", s.replicaSet(), s.role());
        } else if (signal instanceof Signal.Lost s) {
            add(fields, "l", s.replicaSet(), s.gap().after(), s.gap().through(), s.gap().reason());
        } else if (signal instanceof Signal.Reborn s) {
            add(fields, "n", s.replicaSet(), s.last(), s.first());
        } else if (signal instanceof Signal.BaseTaken s) {
            add(fields, "s", s.id());
            s.bases().forEach(b -> add(fields, b.replicaSet(), b.replayFrom(), b.usableFrom()));
        } else if (signal instanceof Signal.BaseGone s) {
            add(fields, "p", s.id());
        } else if (signal instanceof Signal.Founded s) {
            add(fields, s.complete() ? "m" : "g", s.config());
            addShards(fields, s.shards());
        } else if (signal instanceof Signal.Forget s) {
            add(fields, "x", s.oldest());
        }
        return fields;
    }

    private static void add(List<String> fields, Object... more) {
        for (Object each : more) {
            fields.add(each.toString());
        }
    }

    private static void addShards(List<String> fields, List<Shard> shards) {
        shards.forEach(shard -> add(fields, shard.id(), shard.replicaSet()));
    }

    private static Signal begins(Iterator<String> fields) {
        ReplicaSet set = set(fields);
        ClusterTime after = time(fields);
        Optional<ReplicaSetRole> role = role(fields);
        boolean told = fields.next().equals("+");
        return new Signal.Begins(
                set, after, role, told ? Optional.of(shards(fields)) : Optional.empty());
    }

    private static Signal baseTaken(Iterator<String> fields) {
        String id = fields.next();
        List<Base> bases = new ArrayList<>();
        while (fields.hasNext()) {
            bases.add(new Base(id, set(fields), time(fields), time(fields)));
        }
        return new Signal.BaseTaken(id, List.copyOf(bases));
    }

    private static List<Shard> shards(Iterator<String> fields) {
        List<Shard> shards = new ArrayList<>();
        while (fields.hasNext()) {
            shards.add(new Shard(fields.next(), set(fields)));
        }
        return List.copyOf(shards);
    }

    private static Optional<ReplicaSetRole> role(Iterator<String> fields) {
        return ReplicaSetRole.parse(fields.next());
    }

    private static ReplicaSet set(Iterator<String> fields) {
        return new ReplicaSet(fields.next());
    }

    private static ClusterTime time(Iterator<String> fields) {
        String text = fields.next();
        return ClusterTime.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(text + " is no cluster time"));
    }
}
