/** From the topics of events and windows to timeline objects. */
package io.tidemark.sink.timeline;
