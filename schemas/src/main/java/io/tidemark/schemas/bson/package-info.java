/**
 * Views of BSON bytes that decode nothing but what is asked for, and a builder that copies values
 * without decoding them (BSON specification 1.1, bsonspec.org).
 */
package io.tidemark.schemas.bson;
