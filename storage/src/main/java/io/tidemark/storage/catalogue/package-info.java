/** What is stored, told by listings alone. */
package io.tidemark.storage.catalogue;
