/** Whether a target may be restored into; nothing is written before all of them have passed. */
package io.tidemark.restore.guard;
