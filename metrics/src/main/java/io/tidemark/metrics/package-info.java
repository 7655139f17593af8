/**
 * How a service shows itself to whoever watches it: its meters in Prometheus's text format, and
 * whether it gets on with its work.
 */
package io.tidemark.metrics;
