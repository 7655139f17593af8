/**
 * What a target held before a restore and must not be lost: kept under other names, by a rename
 * where that is safe, else by a copy that is compared; and the way back.
 */
package io.tidemark.restore.previous;
