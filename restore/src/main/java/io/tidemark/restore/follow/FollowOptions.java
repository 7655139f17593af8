package io.tidemark.restore.follow;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How a standby follows its source.
 *
 * @param delay so far behind the newest entry that is known of any replica set it stays; 0 for as
 *     close as it can
 * @param bytesPerSecond of oplog entries, for all replica sets together; 0 for no limit
 * @param poll how often the bucket is asked for more
 * @param name by which people know it; empty for one made of its id
 */
public record FollowOptions(Duration delay, long bytesPerSecond, Duration poll, String name) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{0,64}");

    public static final FollowOptions DEFAULT =
            new FollowOptions(Duration.ZERO, 0, Duration.ofSeconds(5));

    /** One without a name. */
    public FollowOptions(Duration delay, long bytesPerSecond, Duration poll) {
        this(delay, bytesPerSecond, poll, "");
    }

    public FollowOptions {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a standby must be at most 64 letters, digits, '_' or '-', not '"
                            + name
                            + "'");
        }
        if (delay.isNegative() || bytesPerSecond < 0 || poll.isNegative()) {
            throw new IllegalArgumentException(
                    "delay, rate and poll must not be negative: "
                            + delay
                            + ", "
                            + bytesPerSecond
                            + ", "
                            + poll);
        }
    }
}
