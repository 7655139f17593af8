package io.tidemark.cli;

import io.tidemark.restore.RestoreException;
import java.util.function.Supplier;

/**
 * What the operator does when something that writes into targets is cut off: at 3 a.m. a refused
 * write must not look like the end of it.
 *
 * @param words for messages
 */
public record GoingOn(String words) {
    /**
     * @param restarts whether it was told to take back what another had done
     * @param external whether the targets held the base: what it was can't be had back
     */
    public static GoingOn restore(boolean restarts, boolean external) {
        String anew =
                external
                        ? "--restart is refused here, as the base is not what it was any more."
                        : restarts
                                ? "With it, it begins anew."
                                : "--restart takes back what was done and begins anew.";
        return new GoingOn(
                "What was written stays, marked as unfinished. " + again(restarts) + " " + anew);
    }

    public static GoingOn standby(boolean restarts) {
        return new GoingOn(
                "What was applied stays. "
                        + again(restarts)
                        + (restarts ? " With it, it begins anew." : ""));
    }

    public static GoingOn promotion() {
        return new GoingOn(
                "The promotion has begun, and what was applied stays. "
                        + again(false)
                        + " It follows nobody any more.");
    }

    private static String again(boolean restarts) {
        return "When the cause is gone, run the same command again"
                + (restarts ? " without --restart" : "")
                + ", and it goes on from its last checkpoint.";
    }

    /**
     * Does it.
     *
     * @throws CommandFailure in these words too if it was cut off and can go on
     */
    public <T> T told(Supplier<T> work) {
        try {
            return work.get();
        } catch (RestoreException e) {
            if (!e.isMidway()) {
                throw e;
            }
            String why = e.getMessage().strip();
            throw new CommandFailure(
                    ExitCode.of(e.exitCode()), why + (why.endsWith(".") ? " " : ". ") + words, e);
        }
    }
}
