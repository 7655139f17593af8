/**
 * Base snapshots that nobody asks for by hand: at the times of a schedule, and when something made
 * the bases before it useless. Every agent works out the same wishes with the same names, so that
 * one operation comes of each.
 */
package io.tidemark.capture.schedule;
