/** The names of topics and of objects in the bucket: built and parsed here and nowhere else. */
package io.tidemark.schemas.layout;
