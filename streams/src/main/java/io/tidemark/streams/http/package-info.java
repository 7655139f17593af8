/**
 * The timeline over HTTP, read-only: JSON answers, metrics, health and one page for people. The
 * contract is {@code openapi.yaml}.
 */
package io.tidemark.streams.http;
