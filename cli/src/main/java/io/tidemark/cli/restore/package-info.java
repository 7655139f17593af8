/** The verbs around a restore: what it would do, and doing it. */
package io.tidemark.cli.restore;
