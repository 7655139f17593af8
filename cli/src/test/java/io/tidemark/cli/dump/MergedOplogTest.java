package io.tidemark.cli.dump;

import static io.tidemark.cli.dump.DumpFiles.insert;
import static io.tidemark.cli.dump.DumpFiles.noop;
import static io.tidemark.cli.dump.DumpFiles.time;
import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.CommandFailure;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedOplogTest {
    @TempDir private Path folder;

    @Test
    void givesEachEntryOnceWhateverTheOrderOfTheFiles() throws IOException {
        Path early = write(folder.resolve("z"), noop(10, 1), insert(11, 1, 1), insert(12, 1, 2));
        Path late = write(folder.resolve("a"), insert(12, 1, 2), insert(13, 1, 3));
        Path inside = write(folder.resolve("m"), insert(11, 1, 1));

        MergedOplog merged = new MergedOplog(DumpFiles.scan(late, inside, early));

        assertThat(times(merged))
                .containsExactly(time(10, 1), time(11, 1), time(12, 1), time(13, 1));
        assertThat(merged.duplicates()).isEqualTo(2);
    }

    @Test
    void aFileGivenTwiceIsOneFile() {
        Path file = write(folder.resolve("a"), noop(10, 1));

        assertThat(DumpFiles.scan(file, file).files()).hasSize(1);
    }

    @Test
    void refusesDifferentEntriesAtOneClusterTime() {
        Path one = write(folder.resolve("one"), insert(10, 1, 1), insert(11, 1, 2));
        Path other = write(folder.resolve("other"), insert(11, 1, 99), insert(12, 1, 3));
        MergedOplog merged = new MergedOplog(DumpFiles.scan(one, other));

        assertThatThrownBy(() -> times(merged))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("11:1")
                .hasMessageContaining("one")
                .hasMessageContaining("other");
    }

    @Test
    void filesThatShareAnEntryHaveNoJointToProve() {
        Path one = write(folder.resolve("one"), noop(10, 1), noop(500, 1));
        Path other = write(folder.resolve("other"), noop(500, 1), noop(900, 1));

        assertThat(DumpFiles.scan(one, other).unproven()).isEmpty();
    }

    @Test
    void noClusterTimeBetweenTwoFilesIsProofEnough() {
        Path one = write(folder.resolve("one"), noop(10, 1));
        Path other = write(folder.resolve("other"), noop(10, 2));

        assertThat(DumpFiles.scan(one, other).unproven()).isEmpty();
    }

    @Test
    void aSilenceLongerThanNoopsAllowIsAHole() {
        Path one = write(folder.resolve("one"), noop(10, 1), noop(20, 7));
        Path idle = write(folder.resolve("idle"), noop(50, 1));
        Path lost = write(folder.resolve("lost"), noop(81, 1));

        List<OplogFiles.Joint> joints = DumpFiles.scan(lost, one, idle).unproven();

        assertThat(joints).extracting(OplogFiles.Joint::tooLong).containsExactly(false, true);
        assertThat(joints.get(1).gap().after()).isEqualTo(time(50, 1));
        assertThat(joints.get(1).gap().through()).isEqualTo(time(81, 1).previous());
    }

    @Test
    void aShortFileWithinALongOneHidesNoHoleBehindTheLongOne() {
        Path lengthy = write(folder.resolve("long"), noop(10, 1), noop(20, 1), noop(30, 1));
        Path inside = write(folder.resolve("inside"), noop(20, 1));
        Path behind = write(folder.resolve("behind"), noop(100, 1));

        List<OplogFiles.Joint> joints = DumpFiles.scan(lengthy, inside, behind).unproven();

        assertThat(joints).hasSize(1);
        assertThat(joints.get(0).after()).isEqualTo(time(30, 1));
    }

    @Test
    void refusesAnOplogThatGoesBackInTime() {
        Path file = write(folder.resolve("mixed"), noop(10, 2), noop(10, 1));

        assertThatThrownBy(() -> DumpFiles.scan(file))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("10:1")
                .hasMessageContaining("order");
    }

    @Test
    void knowsTheFirstEntryOfAReplicaSetsLife() {
        Path birth =
                write(
                        folder.resolve("birth"),
                        DumpFiles.entry(
                                10,
                                1,
                                "n",
                                "",
                                org.bson.BsonDocument.parse("{msg: 'initiating set'}")));

        assertThat(DumpFiles.scan(birth).first().firstEver()).isTrue();
    }

    private static List<ClusterTime> times(MergedOplog merged) throws IOException {
        List<ClusterTime> times = new ArrayList<>();
        try (merged) {
            Optional<OplogEntry> entry = merged.next();
            while (entry.isPresent()) {
                times.add(entry.get().clusterTime());
                entry = merged.next();
            }
        }
        return times;
    }
}
