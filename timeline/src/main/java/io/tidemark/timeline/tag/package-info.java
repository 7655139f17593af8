/** From oplog entries to the few facts about topology and transactions that they hold. */
package io.tidemark.timeline.tag;
