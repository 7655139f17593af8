package io.tidemark.capture.control;

import io.tidemark.capture.operation.Candidate;
import io.tidemark.capture.operation.OperationState;
import io.tidemark.capture.operation.ShareState;
import io.tidemark.schemas.avro.BaseSnapshotRecord;
import io.tidemark.schemas.avro.OperationRecord;
import io.tidemark.schemas.avro.OperationShare;
import io.tidemark.schemas.avro.ReplicaSetBase;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An operation's state as the record that people's tools read. */
final class OperationRecords {
    private OperationRecords() {}

    static OperationRecord of(
            OperationState state,
            Collection<ShareState> shares,
            Collection<Candidate> candidates,
            long nowMillis) {
        OperationRecord record = new OperationRecord();
        record.setOperationId(state.id().text());
        record.setKind(state.request().kind().word());
        record.setPhase(state.phase().word());
        record.setLeader(state.leader());
        record.setWhy(state.why().orElse(null));
        record.setPlan(state.plan());
        record.setFacts(state.facts());
        record.setIssuedMillis(state.request().issuedMillis());
        record.setUpdatedMillis(nowMillis);
        Map<ReplicaSet, ShareState> bySet = new TreeMap<>();
        shares.forEach(share -> bySet.put(share.replicaSet(), share));
        List<OperationShare> told = new ArrayList<>();
        for (ReplicaSet set : state.replicaSets()) {
            told.add(share(set, bySet.get(set), candidates));
        }
        record.setReplicaSets(told);
        return record;
    }

    /** Of a snapshot: where each replica set's base begins and ends, as its work told. */
    static BaseSnapshotRecord base(OperationState done, Collection<ShareState> shares) {
        List<ReplicaSetBase> bases = new ArrayList<>();
        for (ShareState share : shares) {
            Optional<ClusterTime> from = time(share, "replayFrom");
            Optional<ClusterTime> until = time(share, "usableFrom");
            if (from.isPresent() && until.isPresent()) {
                ReplicaSetBase base = new ReplicaSetBase();
                base.setReplicaSet(share.replicaSet().name());
                // The work tells the first entry that replay needs, the record the time before it.
                ClusterTime first = from.get();
                base.setReplayFrom(
                        (first.equals(ClusterTime.ZERO) ? first : first.previous()).toString());
                base.setUsableFrom(until.get().toString());
                bases.add(base);
            }
        }
        BaseSnapshotRecord record = new BaseSnapshotRecord();
        record.setId(done.id().text());
        record.setReplicaSets(bases);
        return record;
    }

    private static Optional<ClusterTime> time(ShareState share, String fact) {
        return Optional.ofNullable(share.facts().get(fact)).flatMap(ClusterTime::parse);
    }

    private static OperationShare share(
            ReplicaSet set, ShareState share, Collection<Candidate> candidates) {
        OperationShare told = new OperationShare();
        told.setReplicaSet(set.name());
        told.setPhase("waiting");
        told.setOwner("");
        if (share != null) {
            told.setPhase(share.phase().word());
            told.setOwner(share.owner());
            told.setAttempts(share.attempts());
            told.setDocuments(share.done().documents());
            told.setBytes(share.done().bytes());
            told.setExpectedDocuments(share.expected().documents());
            told.setExpectedBytes(share.expected().bytes());
            told.setWhy(share.why().orElse(null));
        }
        Map<String, String> unsuitable = new TreeMap<>();
        for (Candidate candidate : candidates) {
            if (candidate.replicaSet().equals(set) && !candidate.suitable()) {
                unsuitable.put(candidate.agent(), candidate.why());
            }
        }
        told.setUnsuitable(unsuitable);
        return told;
    }
}
