package io.tidemark.schemas.layout;

/**
 * Names one part of a collection's documents, for good.
 *
 * @param range which range of the collection's {@code _id}s, 0 to 9999; 0 where it is not divided
 * @param number within the range, 0 to 99999
 * @param token of the run that wrote it, 0 to 9999999999; 0 where only one can. Two runs that read
 *     at different times never write the same object
 */
public record PartId(int range, int number, long token) {
    public PartId {
        if (range < 0 || range > 9_999 || number < 0 || number > 99_999) {
            throw new IllegalArgumentException(
                    "range must lie in 0 to 9999 and part in 0 to 99999 but are "
                            + range
                            + " and "
                            + number);
        }
        if (token < 0 || token > 9_999_999_999L) {
            throw new IllegalArgumentException("token must lie in 0 to 9999999999 but is " + token);
        }
    }

    /** A part of a collection that one run wrote from its beginning to its end. */
    public static PartId of(int number) {
        return new PartId(0, number, 0);
    }

    @Override
    public String toString() {
        return ObjectKeyText.padded(range, 4)
                + "-"
                + ObjectKeyText.padded(number, 5)
                + "-"
                + ObjectKeyText.padded(token, 10);
    }
}
