package io.tidemark.cli.dump;

import static io.tidemark.cli.dump.DumpFiles.insert;
import static io.tidemark.cli.dump.DumpFiles.noop;
import static io.tidemark.cli.dump.DumpFiles.time;
import static io.tidemark.cli.dump.DumpFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.backupfile.BackupFile;
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

        MergedOplog merged = new MergedOplog(DumpFiles.scan(late, inside, early).files());

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
        Path within = write(folder.resolve("within"), insert(10, 1, 98), noop(10, 9));

        refuses("11:1", one, other);
        refuses("10:1", one, within);
    }

    @Test
    void aTermThatFallsFromOneFileToTheNextIsAnotherHistory() {
        org.bson.BsonDocument elected = noop(10, 1).append("t", new org.bson.BsonInt64(7));
        org.bson.BsonDocument later = noop(12, 1).append("t", new org.bson.BsonInt64(7));
        Path one = write(folder.resolve("one"), elected);
        Path behind = write(folder.resolve("behind"), noop(11, 1));
        Path across = write(folder.resolve("across"), elected, later);

        refuses("which is of a later term", one, behind);
        refuses("which is of a later term", across, behind);
    }

    private static void refuses(String words, Path one, Path other) {
        assertThatThrownBy(() -> DumpFiles.scan(one, other))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(words)
                .hasMessageContaining(one.getFileName().toString())
                .hasMessageContaining(other.getFileName().toString());
    }

    @Test
    void namesThatTellOfMoreBetweenTwoFilesMakeAShortSilenceAHole() {
        Path one = write(folder.resolve("one"), noop(10, 1), noop(20, 1));
        Path other = write(folder.resolve("other"), noop(30, 1), noop(40, 1));

        assertThat(joint(one, "10 to 20", other, "30 to 40", "s").isGap(true)).isTrue();
        // The second has the entry at which the first should end: the first is cut off.
        assertThat(joint(one, "10 to 30", other, "30 to 40", "s").isGap(true)).isTrue();
        // Neither need have an entry there.
        assertThat(joint(one, "10 to 25", other, "25 to 40", "s").isGap(false)).isFalse();
        // Names of different kinds of files say nothing of each other.
        assertThat(joint(one, "10 to 20", other, "30 to 40", "z").isGap(false)).isFalse();
    }

    private static OplogFiles.Joint joint(
            Path one, String named, Path other, String otherNamed, String series) {
        List<OplogFiles.Joint> joints =
                OplogFiles.scan(List.of(input(one, named, "s"), input(other, otherNamed, series)))
                        .unproven();
        assertThat(joints).hasSize(1);
        return joints.get(0);
    }

    private static OplogInput input(Path file, String named, String series) {
        String[] ends = named.split(" to ");
        return new OplogInput(
                BackupFile.of(file),
                Optional.empty(),
                Optional.empty(),
                Optional.of(
                        new OplogInput.Range(
                                time(Long.parseLong(ends[0]), 1),
                                time(Long.parseLong(ends[1]), 1),
                                series)));
    }

    @Test
    void aSilenceWithinAFileThatNoPrimaryKeepsIsTold() {
        Path file = write(folder.resolve("joined"), noop(10, 1), noop(20, 1), noop(500, 1));
        Path even = write(folder.resolve("even"), noop(500, 1), noop(510, 1));
        Path election =
                write(
                        folder.resolve("election"),
                        noop(510, 1),
                        noop(900, 1).append("t", new org.bson.BsonInt64(2)));

        assertThat(DumpFiles.scan(file, even, election).silences())
                .containsExactly(
                        entry("joined", new OplogContent.Silence(time(20, 1), time(500, 1))));
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

        assertThat(DumpFiles.scan(birth).first().content().firstEver()).isTrue();
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
