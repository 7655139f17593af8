/** The timeline as it stands: what the HTTP API answers from. */
package io.tidemark.streams.view;
