/** Our rate beside its ceilings, measured in the same run on the same data. */
package io.tidemark.bench;
