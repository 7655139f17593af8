/** {@code tidemark standby}, which follows a source, and {@code promote}, which ends that. */
package io.tidemark.cli.standby;
