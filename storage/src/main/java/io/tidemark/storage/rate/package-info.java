/** How fast bytes may go. */
package io.tidemark.storage.rate;
