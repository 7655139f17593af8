/** Configuration of the processes: read once, checked whole, every problem told at once. */
package io.tidemark.schemas.config;
