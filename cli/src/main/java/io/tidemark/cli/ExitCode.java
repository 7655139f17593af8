package io.tidemark.cli;

/** How the command ends: each a different act for the operator. */
public enum ExitCode {
    DONE(0, "done"),
    BUG(1, "a bug in Tidemark"),
    USAGE(2, "the command line or the configuration is wrong"),
    NOT_RESTORABLE(3, "that time is not safe or not covered"),
    TARGET_REFUSED(4, "the target was refused, or refused what a restore writes"),
    ARCHIVE_DAMAGED(5, "the archive, or the input of an import, is damaged or incomplete"),
    UNREACHABLE(6, "something can't be reached"),
    DIFFERENCE(7, "verification found a difference"),
    LOCKED(8, "another operation holds the lock");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** What a service's main returned. */
    public static ExitCode of(int number) {
        return values()[number];
    }

    /** What the process returns. */
    public int number() {
        return number;
    }

    /** For help and README. */
    public String meaning() {
        return meaning;
    }
}
