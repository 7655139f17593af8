package io.tidemark.restore.follow;

import java.time.Duration;

/**
 * How a standby follows its source.
 *
 * @param delay so far behind the newest entry that is known of any replica set it stays; 0 for as
 *     close as it can
 * @param bytesPerSecond of oplog entries, for all replica sets together; 0 for no limit
 * @param poll how often the bucket is asked for more
 */
public record FollowOptions(Duration delay, long bytesPerSecond, Duration poll) {
    public static final FollowOptions DEFAULT =
            new FollowOptions(Duration.ZERO, 0, Duration.ofSeconds(5));

    public FollowOptions {
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
