/** The schema registry: what Tidemark asks of it, and the client that asks. */
package io.tidemark.schemas.registry;
