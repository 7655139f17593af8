package io.tidemark.schemas.config;

/** A value that no log, message or dump shows. */
public record Secret(String value) {
    @Override
    public String toString() {
        return "****";
    }
}
