/** Where the servers of this module listen. */
package io.tidemark.embedded.net;
