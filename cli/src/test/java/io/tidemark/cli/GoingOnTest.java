package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.restore.RestoreException;
import org.junit.jupiter.api.Test;

class GoingOnTest {
    private static final String ON = "and it goes on from its last checkpoint.";

    @Test
    void aBaseThatTheTargetsHeldCantBeHadBack() {
        assertThat(GoingOn.restore(false, true).words())
                .contains("run the same command again, " + ON)
                .contains("--restart is refused here");
    }

    @Test
    void aCommandThatBeganAnewIsRunAgainWithoutThat() {
        assertThat(GoingOn.restore(true, false).words()).contains("without --restart, " + ON);
        assertThat(GoingOn.standby(true).words()).contains("without --restart, " + ON);
        assertThat(GoingOn.standby(false).words()).doesNotContain("--restart").endsWith(ON);
        assertThat(GoingOn.promotion().words()).contains("again, " + ON);
    }

    @Test
    void whatEndedBeforeTheFirstWriteIsPassedOnAsItIs() {
        RestoreException lost = new RestoreException.Unreachable("lost", null);

        assertThatThrownBy(
                        () ->
                                GoingOn.promotion()
                                        .told(
                                                () -> {
                                                    throw lost;
                                                }))
                .isSameAs(lost);
    }
}
