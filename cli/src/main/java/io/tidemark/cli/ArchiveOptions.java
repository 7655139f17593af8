package io.tidemark.cli;

import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.frames.FrameKeys;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.util.List;
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
                        + " s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true&timeout=60s."
                        + " A request that for the timeout moves less than 1 KiB a second, or is"
                        + " not answered, is tried again. Credentials come from AWS_ACCESS_KEY_ID"
                        + " and AWS_SECRET_ACCESS_KEY, a profile or a role, never from here.")
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

    /**
     * For verbs that would take an empty answer for a good one, as after a slip in a name.
     *
     * @throws CommandFailure if the bucket holds nothing of the cluster, with what it does hold
     */
    public void requireKnown(ObjectStore store) {
        if (!new Catalogue(store, cluster).holdsAnything()) {
            throw unknown(store, ExitCode.NOT_RESTORABLE);
        }
    }

    /** That the bucket holds nothing of the cluster, and what it does hold. */
    public CommandFailure unknown(ObjectStore store, ExitCode exitCode) {
        List<ClusterName> others = Catalogue.clusters(store);
        return new CommandFailure(
                exitCode,
                "The archive holds nothing of cluster "
                        + cluster
                        + ": check --bucket and --cluster. "
                        + store.describe()
                        + (others.isEmpty()
                                ? " holds no cluster at all."
                                : " holds " + others + "."));
    }
}
