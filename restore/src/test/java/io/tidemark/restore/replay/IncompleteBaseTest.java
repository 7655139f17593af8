package io.tidemark.restore.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.BsonFiles;
import io.tidemark.restore.RestoreException;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.Namespace;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What entries tell of the base: a collection that it lacks is never left out in silence. */
final class IncompleteBaseTest {
    private static final UUID LACKING = new UUID(0x4000, 0x8000_0000_0000_0000L);
    private static final UUID OTHER = new UUID(0x4001, 0x8000_0000_0000_0000L);
    private static final ClusterTime BASE_ENDS = new ClusterTime(7, 10);
    private static final String INSERT = "op: 'i', ns: 's.a', %s, o: {_id: 1}";
    private static final String RENAME =
            "op: 'c', ns: 's.$cmd', %s, o: {renameCollection: 's.a', to: 's.b'}";

    private final MemoryTarget target = new MemoryTarget();
    private int next = 1;

    @Test
    void aCollectionThatIsWrittenToAndNeverDroppedWhileTheBaseIsTakenIsMissing() {
        assertThatThrownBy(() -> replay(INSERT))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("7:1")
                .hasMessageContaining("s.a (" + LACKING + ")")
                .hasMessageContaining("7:10");
    }

    @Test
    void aCollectionThatIsRenamedWhileTheBaseIsTakenIsMissing() {
        assertThatThrownBy(() -> replay(RENAME))
                .isInstanceOf(RestoreException.ArchiveDamaged.class);
    }

    @Test
    void aCollectionThatWasDroppedBeforeTheBaseCameToItIsNotMissed() {
        replay(INSERT, "op: 'c', ns: 's.$cmd', %s, o: {drop: 'a'}");
        assertThat(target.collections()).isEmpty();
    }

    @Test
    void norOneThatARenameTookThePlaceOf() {
        String taken =
                "op: 'c', ns: 's.$cmd', ui: %s, o: {renameCollection: 's.b', to: 's.a', dropTarget:"
                        + " %s}";
        replay(
                "op: 'c', ns: 's.$cmd', ui: %s, o: {create: 'b'}".formatted(json(OTHER)),
                INSERT,
                taken.formatted(json(OTHER), json(LACKING)));
        assertThat(target.collections()).containsOnlyKeys(Namespace.of("s.a"));
    }

    @Test
    void aCommandOnAnUnknownCollectionBehindTheBaseIsRefused() {
        next = 11;
        assertThatThrownBy(() -> replay(RENAME))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("neither the base nor an earlier entry created");
    }

    @Test
    void anotherRunStillKnowsWhatIsMissing() {
        ReplayState state;
        try (ShardReplay replay = replay()) {
            apply(replay, INSERT);
            state = replay.settle();
        }
        assertThat(state.unknown())
                .containsExactly(
                        new ReplayState.Unknown(
                                LACKING, Namespace.of("s.a"), new ClusterTime(7, 1)));
        try (ShardReplay replay = replay()) {
            replay.resume(state, Set.of(), new EarlierWrites());
            next = 11;
            assertThatThrownBy(() -> apply(replay, "op: 'n', ns: '', o: {}"))
                    .isInstanceOf(RestoreException.ArchiveDamaged.class);
        }
    }

    @Test
    void anUpdateThatNoServerReadsIsDamageAndNamesItsEntry() {
        List<String> entries =
                List.of(
                        "op: 'c', ns: 's.$cmd', %s, o: {create: 'a'}",
                        INSERT,
                        "op: 'u', ns: 's.a', %s, o2: {_id: 1}, o: {$v: 2, diff: {x: {a: 1}}}");
        assertThatThrownBy(() -> replay(entries.toArray(String[]::new)))
                .isInstanceOf(RestoreException.ArchiveDamaged.class)
                .hasMessageContaining("7:3")
                .hasMessageContaining("s.a")
                .hasMessageContaining("{\"_id\": 1}");
    }

    private void replay(String... entries) {
        try (ShardReplay replay = replay()) {
            for (String entry : entries) {
                apply(replay, entry);
            }
            replay.finish();
        }
    }

    private ShardReplay replay() {
        ReplayStart start =
                new ReplayStart(
                        new ReplicaSet("a"),
                        NamespaceRules.shard(),
                        new ClusterTime(7, 0),
                        BASE_ENDS,
                        false);
        return new ShardReplay(
                start, target, new MemoryTarget(), at -> null, RestoreOptions.defaults());
    }

    private void apply(ShardReplay replay, String fields) {
        String ours = fields.replace("%s", "ui: " + json(LACKING));
        String rest =
                "ts: {$timestamp: {t: 7, i: %d}}, t: {$numberLong: '1'}, v: {$numberLong: '2'}";
        replay.apply(
                OplogEntry.of(BsonFiles.json("{" + ours + ", " + rest.formatted(next++) + "}")));
    }

    private static String json(UUID uuid) {
        return "{$uuid: '" + uuid + "'}";
    }
}
