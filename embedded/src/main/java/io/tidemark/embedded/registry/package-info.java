/** A small schema registry inside this JVM that answers the REST calls of Confluent's. */
package io.tidemark.embedded.registry;
