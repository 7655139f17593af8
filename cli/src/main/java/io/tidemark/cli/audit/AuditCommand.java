package io.tidemark.cli.audit;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.KeyRingOption;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.storage.catalogue.ArchivedReplicaSet;
import io.tidemark.storage.catalogue.Catalogue;
import io.tidemark.storage.object.BucketUri;
import io.tidemark.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark audit}. */
@Command(
        name = "audit",
        description =
                "Print what was written, one line an oplog entry: by collection, document,"
                    + " operation, time or transaction. From the bucket all replica sets in the"
                    + " order of cluster time; from Kafka as they come, and with --follow for as"
                    + " long as you like. Runs of entries that nobody has are lines too.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark audit --cluster shop --bucket file:/backup --ns shop.orders"
                    + " --from 2026-11-20T10:00:00Z --to 2026-11-20T10:05:00Z",
            "  tidemark audit --cluster shop --bucket file:/backup --ns shop.orders --id 4711"
                    + " --json",
            "  tidemark audit --cluster shop --bucket file:/backup --op c --limit 100",
            "  tidemark audit --cluster shop --kafka kafka1:9092 --registry http://registry:8081"
                    + " --ns shop --op d --follow"
        })
public final class AuditCommand implements Callable<ExitCode> {
    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private KafkaOptions kafka;
    @Mixin private KeyRingOption keyRing;
    @Mixin private AuditQuestion question;

    @Option(
            names = "--bucket",
            paramLabel = "BUCKET",
            description =
                    "Read the archive: file:DIR or s3://BUCKET/PREFIX?…. Default: the topics of"
                            + " --kafka.")
    private BucketUri bucket;

    @Option(
            names = "--cluster",
            required = true,
            paramLabel = "NAME",
            description = "The cluster's name in the archive and in topics.")
    private ClusterName cluster;

    @Option(
            names = "--replica-set",
            paramLabel = "RS",
            description = "Only of this one; repeat it for more. Default: all.")
    private List<ReplicaSet> sets = new ArrayList<>();

    @Option(
            names = "--follow",
            description =
                    "Go on with what is written from now on, or from --from; only from Kafka."
                            + " Interrupt it, or let --limit end it.")
    private boolean follow;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "9223372036854775807",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "End after so many lines. Default: never.")
    private long limit;

    @Option(
            names = "--json",
            description =
                    "One JSON object a line: replicaSet, clusterTime, kind, term, op, ns, of lists"
                            + " which operations match, and the whole entry as canonical extended"
                            + " JSON.")
    private boolean json;

    public AuditCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        AuditFilter filter = question.filter();
        if (limit < 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--limit is how many lines to print, 1 or more, not " + limit + ".");
        }
        AuditLines lines = new AuditLines(context.console().out(), filter, json, limit);
        if (bucket == null) {
            topics(filter, lines);
        } else if (follow) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--follow reads Kafka: give --kafka and --registry instead of --bucket.");
        } else {
            archive(filter, lines);
        }
        if (lines.isCutOff() && !follow) {
            context.console()
                    .err()
                    .println(
                            "tidemark: "
                                    + Counted.of(limit, "line")
                                    + ", as asked for; there may be more.");
        }
        return ExitCode.DONE;
    }

    private void archive(AuditFilter filter, AuditLines lines) {
        try (ObjectStore store = bucket.open()) {
            List<ArchivedReplicaSet> lives = new Catalogue(store, cluster).replicaSets();
            requireKnown(lives.stream().map(ArchivedReplicaSet::replicaSet).toList(), "archive");
            new BucketAudit(store, keyRing.keys())
                    .run(
                            lives.stream().filter(life -> isChosen(life.replicaSet())).toList(),
                            filter,
                            lines);
        }
    }

    private void topics(AuditFilter filter, AuditLines lines) {
        KafkaPlace place =
                kafka.place(context)
                        .orElseThrow(
                                () ->
                                        new CommandFailure(
                                                ExitCode.USAGE,
                                                "audit reads the archive (--bucket) or the topics"
                                                        + " (--kafka and --registry): name one."));
        try (TopicAudit audit =
                new TopicAudit(place, new TopicNames(cluster), this::isChosen, filter)) {
            requireKnown(audit.find(), "topics");
            if (follow) {
                audit.follow(lines, !question.hasBeginning());
            } else {
                audit.run(lines);
            }
        }
    }

    private boolean isChosen(ReplicaSet set) {
        return sets.isEmpty() || sets.contains(set);
    }

    private void requireKnown(Collection<ReplicaSet> found, String where) {
        Set<ReplicaSet> known = new TreeSet<>(found);
        if (known.isEmpty() || !known.containsAll(sets)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    (known.isEmpty() ? "There is no oplog" : "There are the oplogs of " + known)
                            + " in the "
                            + where
                            + " of cluster "
                            + cluster
                            + (sets.isEmpty() ? "" : ", not all of " + sets)
                            + ". Check where you read, --cluster and --replica-set.");
        }
    }
}
