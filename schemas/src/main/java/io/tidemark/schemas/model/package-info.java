/** The words of the domain as records: what can't be, can't be built. No I/O. */
package io.tidemark.schemas.model;
