package io.tidemark.cli;

import io.tidemark.schemas.model.ClusterTime;
import picocli.CommandLine.ITypeConverter;

/** Reads the begin of a span: the other end of a second than that of a restore point. */
public final class BeginningOfSecond implements ITypeConverter<ClusterTime> {
    @Override
    public ClusterTime convert(String text) {
        ClusterTime time = new PointInTime().convert(text);
        return ClusterTime.parse(text).isPresent() ? time : new ClusterTime(time.seconds(), 0);
    }
}
