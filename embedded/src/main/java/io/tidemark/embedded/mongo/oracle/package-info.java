/** What the data truly was at every cluster time, noted when it was asked for. */
package io.tidemark.embedded.mongo.oracle;
