/** The fold over all replica sets' signals, its state, and what it publishes. */
package io.tidemark.streams.fold;
