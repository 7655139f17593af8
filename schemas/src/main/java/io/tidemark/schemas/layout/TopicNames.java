package io.tidemark.schemas.layout;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.ReplicaSet;
import java.util.Optional;
import java.util.regex.Pattern;

/** The topics of one cluster, and the names that Kafka knows its parts by. */
public record TopicNames(ClusterName cluster) {
    /** The entries of one replica set: one partition, so their order is the oplog's. */
    public String oplog(ReplicaSet replicaSet) {
        return oplogPrefix() + replicaSet.name();
    }

    /** Every replica set's oplog topic, also those that don't exist yet. */
    public Pattern allOplogs() {
        return Pattern.compile(Pattern.quote(oplogPrefix()) + ".+");
    }

    /** The replica set of an oplog topic of this cluster; empty for any other topic. */
    public Optional<ReplicaSet> replicaSetOf(String topic) {
        boolean ours = topic.startsWith(oplogPrefix()) && topic.length() > oplogPrefix().length();
        return ours
                ? Optional.of(new ReplicaSet(topic.substring(oplogPrefix().length())))
                : Optional.empty();
    }

    /** How far each replica set is captured; compacted, keyed by replica set. */
    public String captureStatus() {
        return prefix() + "capture-status";
    }

    /** How far each replica set is archived; compacted, keyed by replica set. */
    public String archiveProgress() {
        return prefix() + "archive-progress";
    }

    /** Base snapshots; compacted, keyed by snapshot id. */
    public String baseSnapshots() {
        return prefix() + "base-snapshots";
    }

    /** Topology events. */
    public String events() {
        return prefix() + "events";
    }

    /** Restore windows; compacted. */
    public String windows() {
        return prefix() + "windows";
    }

    /** Commands to agents. */
    public String control() {
        return prefix() + "control";
    }

    /** How operations are; compacted, keyed by operation id. */
    public String operations() {
        return prefix() + "operations";
    }

    /** The consumer group whose assignment decides which agent owns which replica set. */
    public String captureGroup() {
        return prefix() + "capture";
    }

    /** The consumer group whose assignment decides which worker archives which replica set. */
    public String sinkGroup() {
        return prefix() + "sink";
    }

    /** The consumer group whose assignment decides which worker archives the timeline. */
    public String timelineSinkGroup() {
        return prefix() + "sink-timeline";
    }

    /** The Kafka Streams application: its group, and the prefix of its internal topics. */
    public String streamsApplication() {
        return prefix() + "streams";
    }

    /** The producer id that fences every earlier owner of a replica set. */
    public String captureTransactionalId(ReplicaSet replicaSet) {
        return prefix() + replicaSet.name();
    }

    private String prefix() {
        return "tidemark." + cluster + ".";
    }

    private String oplogPrefix() {
        return prefix() + "oplog.";
    }
}
