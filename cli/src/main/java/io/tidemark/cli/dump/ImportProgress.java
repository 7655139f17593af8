package io.tidemark.cli.dump;

/** Told how far an import has come; must return at once. */
public interface ImportProgress {
    void documents(long stored);

    void entries(long stored);
}
