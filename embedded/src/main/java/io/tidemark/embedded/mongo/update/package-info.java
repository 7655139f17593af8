/**
 * Changing documents as the simulated server does it, and the form in which each change is logged.
 * Pure functions.
 */
package io.tidemark.embedded.mongo.update;
