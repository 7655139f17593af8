package io.tidemark.capture.publish;

import io.tidemark.schemas.avro.OplogRecord;
import java.util.List;

class InMemoryOplogTopicTest extends OplogTopicContract {
    private final InMemoryOplogTopic.Log log = new InMemoryOplogTopic.Log();

    @Override
    OplogTopic owner() {
        return new InMemoryOplogTopic(log);
    }

    @Override
    List<OplogRecord> committed() {
        return log.records();
    }
}
