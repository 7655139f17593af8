/** Who owns which chunk, derived from events alone. */
package io.tidemark.timeline.chunk;
