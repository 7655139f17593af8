package io.tidemark.capture.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import com.mongodb.MongoException;
import io.tidemark.capture.shards.SourceSet;
import io.tidemark.capture.tail.SourceUnavailableException;
import io.tidemark.embedded.mongo.SimulatedMember;
import io.tidemark.embedded.mongo.SimulatedReplicaSet;
import io.tidemark.schemas.model.ReplicaSet;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConfigServersTest {
    private final SimulatedReplicaSet set =
            SimulatedReplicaSet.builder("cfg").members(3).manualTicks().start();
    private final ConfigServers servers =
            new ConfigServers(
                    new MongoAccess(new ConnectionString(set.uri()), Duration.ofSeconds(60)),
                    () ->
                            Optional.of(
                                    new SourceSet(
                                            new ReplicaSet("cfg"),
                                            Optional.empty(),
                                            true,
                                            set.members().stream()
                                                    .map(SimulatedMember::address)
                                                    .toList())));

    @AfterEach
    void stop() {
        servers.close();
        set.close();
    }

    private String primary() {
        return servers.call("ask", (member, now) -> member.address());
    }

    /** As threads of an agent do that scan, keep locks alive and tell how far they are. */
    @Test
    void aCallGoesOnWhileAnotherFindsThatThePrimaryIsLost() {
        String address =
                servers.call(
                        "ask",
                        (member, now) -> {
                            assertThatThrownBy(
                                            () ->
                                                    servers.call(
                                                            "write to",
                                                            (same, then) -> {
                                                                throw new MongoException("lost");
                                                            }))
                                    .isInstanceOf(SourceUnavailableException.class)
                                    .hasMessageContaining("write to " + member.address());
                            return member.hello().isPrimary() ? member.address() : "";
                        });

        assertThat(address).isEqualTo(primary());
    }

    @Test
    void anotherPrimaryIsFoundAfterOneCallHasFailed() {
        String before = primary();
        set.elect(set.member(1));

        assertThatThrownBy(this::primary).isInstanceOf(SourceUnavailableException.class);
        assertThat(primary()).isEqualTo(set.member(1).address()).isNotEqualTo(before);
    }
}
