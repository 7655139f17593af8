/** {@code tidemark standby}: a restore that goes on with its source until it is promoted. */
package io.tidemark.cli.standby;
