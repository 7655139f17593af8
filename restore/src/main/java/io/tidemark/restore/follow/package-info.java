/** A standby: a restore that goes on with what its source writes, until it is promoted. */
package io.tidemark.restore.follow;
