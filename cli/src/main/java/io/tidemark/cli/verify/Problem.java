package io.tidemark.cli.verify;

/**
 * Something wrong with an archive; a line of {@code verify --json}.
 *
 * @param key of the object, or of the replica set's folder
 * @param what is wrong
 * @param means for restores
 * @param act what the operator does now
 */
record Problem(String key, String what, String means, String act) {}
