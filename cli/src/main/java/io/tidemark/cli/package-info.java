/**
 * The {@code tidemark} command: its verbs, what they print, and the exit code of each outcome. Data
 * goes to stdout, words to stderr when a program listens ({@code --json}).
 */
package io.tidemark.cli;
