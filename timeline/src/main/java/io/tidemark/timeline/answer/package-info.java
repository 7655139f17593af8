/**
 * What is told about the timeline, as documented JSON: the same answers by the command line and by
 * the HTTP API. Cluster times are written {@code 1712345678:5}; beside each stands, for people, the
 * second it lies in as ISO-8601 ({@code …Utc}). A field without a value is null, never missing.
 */
package io.tidemark.timeline.answer;
