package io.tidemark.capture.mongo;

import io.tidemark.capture.operation.MemberCheck;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.MemberRole;
import io.tidemark.capture.tail.OplogMember;
import io.tidemark.capture.tail.ReadPreferences;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Looks at an agent's own member, or, where it has none, at all members of a replica set, and takes
 * the best: hidden before secondary before primary, with the wanted tags before others. Members
 * that are neither primary nor secondary, or too far behind, are not suitable. An answer is used
 * for some seconds. One thread.
 */
public final class MongoMemberCheck implements MemberCheck, AutoCloseable {
    private static final int WITHOUT_TAGS = MemberRole.values().length;
    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final Duration USABLE = Duration.ofSeconds(30);
    private final MongoAccess access;
    private final ReadPreferences preferences;
    private final Optional<String> own;
    private final Map<ReplicaSet, Looked> last = new ConcurrentHashMap<>();
    private final Set<ReplicaSet> looking = ConcurrentHashMap.newKeySet();
    private final ExecutorService looks =
            Executors.newSingleThreadExecutor(MongoMemberCheck::thread);

    private record Looked(Verdict verdict, long nanos) {}

    private record Seen(String address, Hello hello) {}

    /**
     * @param preferences tags, how far a member may be behind, and whether a primary may be read
     * @param own {@code host:port} of the member beside which the agent runs, as the replica set's
     *     configuration has it; empty if it may read from any
     */
    public MongoMemberCheck(MongoAccess access, ReadPreferences preferences, Optional<String> own) {
        this.access = access;
        this.preferences = preferences;
        this.own = own;
    }

    @Override
    public Verdict look(SourceSet set) {
        Looked before = last.get(set.replicaSet());
        if (before == null || isOlder(before, FRESH)) {
            lookSoon(set);
        }
        if (before == null) {
            return new Unsuitable("its members have not been looked at yet");
        }
        return isOlder(before, USABLE)
                ? new Unsuitable("its members have not answered for " + USABLE.toSeconds() + " s")
                : before.verdict();
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }

    private void lookSoon(SourceSet set) {
        if (looking.add(set.replicaSet()) && !looks.isShutdown()) {
            looks.execute(
                    () -> {
                        try {
                            Verdict verdict = verdict(set);
                            last.put(set.replicaSet(), new Looked(verdict, System.nanoTime()));
                        } catch (RuntimeException e) {
                            // Told as the verdict: whoever looks must not wait for another.
                            Verdict verdict = new Unsuitable(String.valueOf(e.getMessage()));
                            last.put(set.replicaSet(), new Looked(verdict, System.nanoTime()));
                        } finally {
                            looking.remove(set.replicaSet());
                        }
                    });
        }
    }

    private static boolean isOlder(Looked looked, Duration age) {
        return System.nanoTime() - looked.nanos() > age.toNanos();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "operation-members");
        thread.setDaemon(true);
        return thread;
    }

    private Verdict verdict(SourceSet set) {
        List<String> why = new ArrayList<>();
        List<String> addresses = addresses(set, why);
        if (own.isPresent() && !addresses.contains(own.get())) {
            return new Unsuitable(
                    "its own member %s does not belong to the replica set, which has %s"
                            .formatted(own.get(), addresses));
        }
        List<Seen> seen = new ArrayList<>();
        for (String address : addresses) {
            hello(address, why).ifPresent(hello -> seen.add(new Seen(address, hello)));
        }
        long newest = seen.stream().mapToLong(s -> s.hello().lastWriteMillis()).max().orElse(0);
        Optional<Suitable> best = Optional.empty();
        for (Seen each : seen) {
            if (own.isEmpty() || own.get().equals(each.address())) {
                Optional<Suitable> one = judge(each, newest, why);
                if (best.isEmpty() || one.isPresent() && one.get().rank() < best.get().rank()) {
                    best = one.isPresent() ? one : best;
                }
            }
        }
        return best.isPresent() ? best.get() : new Unsuitable(String.join("; ", why));
    }

    private Optional<Suitable> judge(Seen seen, long newest, List<String> why) {
        Optional<MemberRole> role = seen.hello().role();
        long behind = newest - seen.hello().lastWriteMillis();
        if (role.isEmpty()) {
            why.add(seen.address() + " is neither primary nor secondary now");
        } else if (role.get() == MemberRole.PRIMARY && !preferences.primaryAllowed()) {
            why.add(seen.address() + " is primary, which source.read.primary forbids to read");
        } else if (behind > preferences.maxStaleness().toMillis()) {
            why.add(
                    "%s is %d s behind the newest member, more than source.read.max.staleness (%d s)"
                            .formatted(
                                    seen.address(),
                                    behind / 1000,
                                    preferences.maxStaleness().toSeconds()));
        } else {
            boolean tagged =
                    seen.hello().tags().entrySet().containsAll(preferences.tags().entrySet());
            int rank = role.get().ordinal() + (tagged ? 0 : WITHOUT_TAGS);
            return Optional.of(new Suitable(new OplogMember(seen.address(), role.get()), rank));
        }
        return Optional.empty();
    }

    /** All members that hold data; of a set that no member tells of, none. */
    private List<String> addresses(SourceSet set, List<String> why) {
        for (String seed : set.seeds()) {
            try (MongoMember member = new MongoMember(seed, access.direct(seed))) {
                return member.config().dataBearing();
            } catch (SourceUnavailableException | SourceRefusedException e) {
                why.add(e.getMessage());
            }
        }
        return List.of();
    }

    private Optional<Hello> hello(String address, List<String> why) {
        try (MongoMember member = new MongoMember(address, access.direct(address))) {
            return Optional.of(member.hello());
        } catch (SourceUnavailableException | SourceRefusedException e) {
            why.add(address + " can't be reached: " + e.getMessage());
            return Optional.empty();
        }
    }
}
