package io.tidemark.schemas.registry;

/**
 * What a new version of a subject must be able to do. Backward: read what the version before wrote;
 * forward: be read by it; transitive: the same for all versions before.
 */
public enum Compatibility {
    NONE,
    BACKWARD,
    BACKWARD_TRANSITIVE,
    FORWARD,
    FORWARD_TRANSITIVE,
    FULL,
    FULL_TRANSITIVE
}
