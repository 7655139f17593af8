package io.tidemark.cli.standby;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.PolicyOption;
import io.tidemark.cli.restore.ProgressOption;
import io.tidemark.cli.restore.TargetOptions;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import picocli.CommandLine.Mixin;

/** Which standby it is: the same words follow a source and promote what followed it. */
final class StandbyOptions {
    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private ArchiveOptions archive;
    @Mixin private PolicyOption policy;
    @Mixin private TargetOptions targets;
    @Mixin private ProgressOption shown;

    boolean json() {
        return output.json();
    }

    ArchiveOptions archive() {
        return archive;
    }

    ProgressOption shown() {
        return shown;
    }

    /**
     * @param to the time to which the targets are brought; zero while that is open
     */
    RestoreRequest request(
            Context context, ObjectStore store, ClusterTime to, RestoreOptions options) {
        return request(context, store, to, options, false);
    }

    /**
     * @param force whether a time that is not safe may be promoted to
     */
    RestoreRequest request(
            Context context,
            ObjectStore store,
            ClusterTime to,
            RestoreOptions options,
            boolean force) {
        return targets.request(
                context, archive, store, to, options, new Safety(policy.policy(), force));
    }
}
