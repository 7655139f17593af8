/** What travels from where records lie to where they are folded. */
package io.tidemark.streams.signal;
