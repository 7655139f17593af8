package io.tidemark.cli;

/** Marks a verb that runs until it is stopped: it logs each change of state. */
public interface Service {}
