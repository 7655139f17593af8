/** What drills found: that an archive was restored, to which time, and how long it took. */
package io.tidemark.storage.drill;
