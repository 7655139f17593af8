/** From events, coverage and the watermark to restore windows, and the words why not. */
package io.tidemark.timeline.window;
