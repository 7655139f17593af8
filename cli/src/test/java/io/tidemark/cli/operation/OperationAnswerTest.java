package io.tidemark.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.JsonContract;
import io.tidemark.schemas.avro.OperationRecord;
import io.tidemark.schemas.avro.OperationShare;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperationAnswerTest {
    @Test
    void theJsonIsWhatTheContractTells() {
        OperationRecord operation = new OperationRecord();
        operation.setOperationId("one");
        operation.setKind("snapshot");
        operation.setPhase("running");
        operation.setLeader("a");
        operation.setPlan(Map.of());
        operation.setFacts(Map.of());
        OperationShare share = new OperationShare();
        share.setReplicaSet("rs0");
        share.setPhase("running");
        share.setOwner("a");
        share.setUnsuitable(Map.of());
        operation.setReplicaSets(List.of(share));

        JsonNode json = new OperationAnswer(operation).json();

        assertThat(JsonContract.documented().differences("snapshot", json)).isEmpty();
    }
}
