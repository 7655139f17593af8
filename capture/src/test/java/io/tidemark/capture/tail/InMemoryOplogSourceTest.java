package io.tidemark.capture.tail;

import static io.tidemark.capture.Entries.at;
import static io.tidemark.capture.Entries.initiating;
import static io.tidemark.capture.Entries.inserts;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Incarnation;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;

class InMemoryOplogSourceTest extends OplogSourceContract {
    private InMemoryReplicaSet set;
    private int written;

    @Override
    protected OplogSource create() {
        set = new InMemoryReplicaSet(new Incarnation("65f000000000000000000001"), "a", "b", "c");
        set.member("a").role(MemberRole.PRIMARY);
        set.appendEverywhere(List.of(initiating(at(1, 1, -1))));
        return set.source();
    }

    private List<OplogEntry> next(int count) {
        written += count;
        return inserts(at(10, 1 + written, 1), count);
    }

    @Override
    protected void write(int count) {
        set.appendEverywhere(next(count));
    }

    @Override
    protected void writeWithoutMajority(int count) {
        set.member("a").write(next(count));
    }

    @Override
    protected void replicate() {
        List<OplogEntry> all = set.member("a").entries();
        set.member("a").commitAll();
        set.member("b").append(all.subList(set.member("b").entries().size(), all.size()));
        set.member("c").append(all.subList(set.member("c").entries().size(), all.size()));
    }

    @Override
    protected void keepOnly(int newest) {
        for (String name : List.of("a", "b", "c")) {
            set.member(name).dropOldest(set.member(name).entries().size() - newest);
        }
    }

    @Override
    protected List<ClusterTime> oplog() {
        return set.member("a").entries().stream().map(OplogEntry::clusterTime).toList();
    }
}
