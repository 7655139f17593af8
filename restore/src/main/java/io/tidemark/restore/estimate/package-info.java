/** What a restore will read and about how long it will take, told beforehand. */
package io.tidemark.restore.estimate;
