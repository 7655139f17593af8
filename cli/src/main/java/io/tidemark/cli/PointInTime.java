package io.tidemark.cli;

import io.tidemark.schemas.model.ClusterTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a cluster time: {@code 1712345678:5} exactly, or ISO-8601 with an offset for the whole of
 * that second, inclusive.
 */
public final class PointInTime implements ITypeConverter<ClusterTime> {
    @Override
    public ClusterTime convert(String text) {
        try {
            return io.tidemark.schemas.model.PointInTime.parse(text).last();
        } catch (IllegalArgumentException notOne) {
            throw new TypeConversionException(notOne.getMessage());
        }
    }
}
