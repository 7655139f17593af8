package io.tidemark.capture.mongo;

import io.tidemark.capture.tail.MemberRole;
import io.tidemark.capture.tail.MemberSighting;
import io.tidemark.capture.tail.OplogCursor;
import io.tidemark.capture.tail.OplogMember;
import io.tidemark.capture.tail.OplogMembers;
import io.tidemark.capture.tail.OplogSource;
import io.tidemark.capture.tail.OplogWindow;
import io.tidemark.capture.tail.ReadPreferences;
import io.tidemark.capture.tail.SourceRefusedException;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A replica set's oplog over the driver. Its members are found from any one that answers, by the
 * set's configuration; connections to members that are not read from are closed again.
 */
public final class MongoOplogSource implements OplogSource {
    private final ReplicaSet replicaSet;
    private final MongoAccess access;
    private final ReadPreferences preferences;
    private final CursorSettings cursors;
    private final Set<String> known;
    private final Map<String, MongoMember> open = new HashMap<>();
    private boolean closed;

    /**
     * @param seeds {@code host:port} of members to begin with
     */
    public MongoOplogSource(
            ReplicaSet replicaSet,
            Collection<String> seeds,
            MongoAccess access,
            ReadPreferences preferences,
            CursorSettings cursors) {
        this.replicaSet = replicaSet;
        this.access = access;
        this.preferences = preferences;
        this.cursors = cursors;
        this.known = new LinkedHashSet<>(seeds);
    }

    @Override
    public Incarnation incarnation() {
        return config().incarnation();
    }

    @Override
    public OplogMembers members() {
        ReplicaSetConfig config = config();
        List<MemberSighting> sightings = new ArrayList<>();
        Map<String, String> others = new HashMap<>();
        for (String address : config.dataBearing()) {
            try {
                Hello hello = member(address).hello();
                Optional<MemberRole> role = hello.role();
                if (role.isPresent()) {
                    sightings.add(
                            new MemberSighting(
                                    new OplogMember(address, role.get()),
                                    hello.tags(),
                                    hello.lastWriteMillis()));
                } else {
                    others.put(address, "neither primary nor secondary now");
                }
            } catch (SourceUnavailableException e) {
                forget(address);
                others.put(address, "can't be reached");
            }
        }
        return new OplogMembers(MemberSighting.byPreference(sightings, preferences), others);
    }

    @Override
    public OplogWindow window(OplogMember member) {
        return member(member.address()).window();
    }

    @Override
    public OplogCursor open(OplogMember member, ClusterTime from) {
        OplogCursor cursor = member(member.address()).open(from, cursors);
        forgetAllBut(member.address());
        return cursor;
    }

    @Override
    public void close() {
        synchronized (open) {
            closed = true;
            open.values().forEach(MongoMember::close);
            open.clear();
        }
    }

    /** From the first member that answers. */
    private ReplicaSetConfig config() {
        RuntimeException last = null;
        for (String address : List.copyOf(known)) {
            try {
                ReplicaSetConfig config = member(address).config();
                requireSame(address, config);
                known.addAll(config.dataBearing());
                return config;
            } catch (SourceUnavailableException e) {
                forget(address);
                last = e;
            }
        }
        throw new SourceUnavailableException(
                "No member of replica set "
                        + replicaSet
                        + " answers; asked "
                        + known
                        + (last == null ? "" : ", the last said: " + last.getMessage()),
                last);
    }

    private void requireSame(String address, ReplicaSetConfig config) {
        if (!config.name().equals(replicaSet.name())) {
            throw new SourceRefusedException(
                    "%s belongs to replica set %s, not to %s. Correct the host in config.shards or source.uri."
                            .formatted(address, config.name(), replicaSet));
        }
    }

    private MongoMember member(String address) {
        synchronized (open) {
            if (closed) {
                throw new SourceUnavailableException(
                        "The connections to replica set " + replicaSet + " are closed");
            }
            return open.computeIfAbsent(address, a -> new MongoMember(a, access.direct(a)));
        }
    }

    private void forget(String address) {
        synchronized (open) {
            MongoMember member = open.remove(address);
            if (member != null) {
                member.close();
            }
        }
    }

    private void forgetAllBut(String kept) {
        synchronized (open) {
            for (Iterator<MongoMember> i = open.values().iterator(); i.hasNext(); ) {
                MongoMember member = i.next();
                if (!member.address().equals(kept)) {
                    member.close();
                    i.remove();
                }
            }
        }
    }
}
