package io.tidemark.schemas.layout;

/**
 * Names one part of a collection's documents, for good.
 *
 * @param range which range of the collection's {@code _id}s, 0 to 9999; 0 where it is not divided
 * @param number within the range, 0 to 99999
 * @param token of the run that wrote it, or of what it holds, 0 or more: two runs that read
 *     different things never write the same object. Written with 10 digits, greater ones (those of
 *     locks: microseconds of cluster time) with 19
 */
public record PartId(int range, int number, long token) {
    private static final long GREATEST_OF_TEN_DIGITS = 9_999_999_999L;

    public PartId {
        if (range < 0 || range > 9_999 || number < 0 || number > 99_999) {
            throw new IllegalArgumentException(
                    "range must lie in 0 to 9999 and part in 0 to 99999 but are "
                            + range
                            + " and "
                            + number);
        }
        if (token < 0) {
            throw new IllegalArgumentException("token must be 0 or more but is " + token);
        }
    }

    @Override
    public String toString() {
        return ObjectKeyText.padded(range, 4)
                + "-"
                + ObjectKeyText.padded(number, 5)
                + "-"
                + ObjectKeyText.padded(token, token <= GREATEST_OF_TEN_DIGITS ? 10 : 19);
    }
}
