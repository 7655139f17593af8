/** Small JSON objects with a fixed order of fields: headers, indexes, manifests. */
package io.tidemark.storage.json;
