/** Client-side envelope encryption: what leaves this process for the bucket can be sealed. */
package io.tidemark.storage.encryption;
