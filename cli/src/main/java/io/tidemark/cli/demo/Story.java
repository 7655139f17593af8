package io.tidemark.cli.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Tells what happens, line by line, with the seconds since the beginning. */
final class Story {
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintStream out;
    private final boolean colour;
    private final long begun = System.nanoTime();

    Story(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    /** A new part of the story. */
    void chapter(String title) {
        out.println();
        out.println(paint(BOLD, title));
        out.flush();
    }

    /** One thing that happened. */
    void line(String format, Object... values) {
        String at = String.format(Locale.ROOT, "%5.1f s  ", seconds());
        out.println(paint(DIM, at) + String.format(Locale.ROOT, format, values));
        out.flush();
    }

    /** Text without a time. */
    void text(String format, Object... values) {
        out.println("         " + String.format(Locale.ROOT, format, values));
    }

    double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    private String paint(String how, String text) {
        return colour ? how + text + PLAIN : text;
    }
}
