/**
 * The cluster's metadata at the restored time (the config servers' {@code config} database), and
 * how they are put into a target that has hosts and collection UUIDs of its own.
 */
package io.tidemark.restore.config;
