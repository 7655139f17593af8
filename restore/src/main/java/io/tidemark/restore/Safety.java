package io.tidemark.restore;

import io.tidemark.timeline.window.Policy;

/**
 * Which times a restore accepts.
 *
 * @param force go on at a time that the policy calls unsafe, and say in the report what may be
 *     wrong; what the archive does not hold can't be forced
 */
public record Safety(Policy policy, boolean force) {
    public static final Safety DEFAULT = new Safety(Policy.EXACT, false);
}
