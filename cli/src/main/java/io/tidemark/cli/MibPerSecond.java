package io.tidemark.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The value of {@code --max-mib-per-second}.
 *
 * @param bytes a second, at least 1
 */
public record MibPerSecond(long bytes) {
    private static final double MIB = 1 << 20;
    private static final double MOST = 1 << 20;

    /** As it is typed: a number of MiB, with a fraction where that is wanted. */
    public static final class Converter implements ITypeConverter<MibPerSecond> {
        @Override
        public MibPerSecond convert(String value) {
            double mib = number(value);
            if (!(mib > 0 && mib <= MOST)) {
                throw new TypeConversionException(
                        "must be a number of MiB, more than 0 and at most 1048576, but is "
                                + value);
            }
            return new MibPerSecond(Math.max(1, (long) (mib * MIB)));
        }

        private static double number(String value) {
            try {
                return Double.parseDouble(value);
            } catch (NumberFormatException e) {
                return Double.NaN;
            }
        }
    }
}
