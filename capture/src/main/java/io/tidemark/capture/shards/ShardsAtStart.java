package io.tidemark.capture.shards;

import io.tidemark.capture.publish.EntryPreparer;
import io.tidemark.capture.publish.OplogTopic;
import io.tidemark.capture.publish.PreparedEntry;
import io.tidemark.capture.publish.ResumePoint;
import io.tidemark.schemas.avro.OplogRecord;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.model.Shard;
import io.tidemark.schemas.oplog.OplogRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The topic of the config servers, or of a replica set without a cluster: its START record tells
 * which shards there are. Later ones join by the entries that follow; those that were there before,
 * no entry tells.
 */
public final class ShardsAtStart implements OplogTopic {
    private final OplogTopic topic;
    private final Supplier<SourceSets> sets;

    public ShardsAtStart(OplogTopic topic, Supplier<SourceSets> sets) {
        this.topic = topic;
        this.sets = sets;
    }

    @Override
    public ResumePoint open() {
        return topic.open();
    }

    @Override
    public EntryPreparer preparer(Incarnation incarnation) {
        return topic.preparer(incarnation);
    }

    @Override
    public void append(PreparedEntry entry) {
        topic.append(entry);
    }

    @Override
    public void append(OplogRecord record) {
        if (record.getKind() == RecordKind.START) {
            OplogRecords.setShards(record, shards());
        }
        topic.append(record);
    }

    @Override
    public void commit() {
        topic.commit();
    }

    @Override
    public void close() {
        topic.close();
    }

    private List<Shard> shards() {
        List<Shard> shards = new ArrayList<>();
        for (SourceSet set : sets.get().byName().values()) {
            set.shardId().ifPresent(id -> shards.add(new Shard(id, set.replicaSet())));
        }
        return shards;
    }
}
