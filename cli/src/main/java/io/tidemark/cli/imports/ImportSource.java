package io.tidemark.cli.imports;

import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.ReplicaSet;
import io.tidemark.schemas.model.ReplicaSetRole;
import io.tidemark.storage.object.BucketUri;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of {@code tidemark import} that say what is brought in. */
final class ImportSource {
    @Option(
            names = "--pbm",
            paramLabel = "DIR|BUCKET",
            converter = Place.class,
            description =
                    "Where Percona Backup for MongoDB keeps its backups: a folder, file:DIR or"
                            + " s3://BUCKET/PREFIX?… as in --bucket. Brings in its logical backups"
                            + " and oplog slices, of all replica sets at once.")
    BucketUri pbm;

    @Option(
            names = "--backup",
            arity = "1..*",
            paramLabel = "NAME",
            description = "Of --pbm, bring in these backups and what follows. Default: all.")
    List<String> backups = new ArrayList<>();

    @Option(
            names = "--replica-set",
            paramLabel = "NAME",
            description = "Without --pbm: the replica set that the backup was taken of.")
    ReplicaSet replicaSet;

    @Option(
            names = "--shard",
            paramLabel = "ID",
            description = "The shard's id in config.shards. Default: the replica set's name.")
    String shard;

    @Option(names = "--config-server", description = "These are the config servers.")
    boolean configServer;

    @Option(
            names = "--dump",
            paramLabel = "DIR",
            description =
                    "The folder that mongodump wrote: DB/COLL.bson and COLL.metadata.json, each"
                            + " perhaps compressed; an oplog.bson at its top is used as well."
                            + " Without it the oplog files are added to what the archive has.")
    Path dump;

    @Option(
            names = "--archive",
            paramLabel = "FILE",
            description =
                    "The file that mongodump --archive wrote, perhaps compressed, in place of"
                            + " --dump; an oplog in it is used as well.")
    Path archive;

    @Option(
            names = "--oplog",
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "Files of concatenated oplog entries, in any order; they may overlap. gzip,"
                            + " zstd, snappy, s2 and lz4 are recognised.")
    List<Path> oplogs = new ArrayList<>();

    @Option(
            names = "--base-end",
            paramLabel = "T",
            description =
                    "When the dump ended. Default: the last entry of its own oplog, else of the"
                            + " oplog file that begins first.")
    ClusterTime baseEnd;

    /** A folder needs no {@code file:} here. */
    static final class Place implements ITypeConverter<BucketUri> {
        @Override
        public BucketUri convert(String text) {
            boolean uri = text.startsWith("file:") || text.startsWith("s3://");
            try {
                return uri ? BucketUri.parse(text) : new BucketUri.Directory(Path.of(text));
            } catch (IllegalArgumentException refused) {
                throw new TypeConversionException(refused.getMessage());
            }
        }
    }

    /** Why these options don't go together; empty if they do. */
    String contradiction() {
        boolean one =
                replicaSet != null
                        || shard != null
                        || configServer
                        || dump != null
                        || archive != null
                        || !oplogs.isEmpty()
                        || baseEnd != null;
        if (pbm != null && one) {
            return "--pbm brings in all replica sets of a bucket and finds out what each is:"
                    + " leave out --replica-set, --shard, --config-server, --dump, --archive,"
                    + " --oplog and --base-end.";
        }
        if (pbm == null && !backups.isEmpty()) {
            return "--backup chooses among the backups of --pbm.";
        }
        if (pbm == null && replicaSet == null) {
            return "Missing required option '--replica-set=NAME', or --pbm=BUCKET.";
        }
        if (shard != null && configServer) {
            return "--shard and --config-server exclude each other.";
        }
        return dump != null && archive != null ? "--dump and --archive exclude each other." : "";
    }

    ReplicaSetRole role() {
        return configServer
                ? ReplicaSetRole.CONFIG_SERVER
                : ReplicaSetRole.shard(shard == null ? replicaSet.name() : shard);
    }
}
