package io.tidemark.cli;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster's archive a verb is about, and where it lies. */
public final class ArchiveOptions {
    @Option(
            names = "--bucket",
            required = true,
            paramLabel = "BUCKET",
            description =
                    "Where the archive lies: file:DIR or"
                        + " s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true. Credentials"
                        + " come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a"
                        + " role, never from here.")
    private BucketUri bucket;

    @Option(
            names = "--cluster",
            required = true,
            paramLabel = "NAME",
            description = "The cluster's name in the archive.")
    private ClusterName cluster;

    @Mixin private KeyRingOption keyRing;

    public ClusterName cluster() {
        return cluster;
    }

    public BucketUri bucket() {
        return bucket;
    }

    /** What opens sealed objects. */
    public FrameKeys keys() {
        return keyRing.keys();
    }

    /** Opens no connection yet; the caller closes it. */
    public ObjectStore open() {
        return bucket.open();
    }
}
