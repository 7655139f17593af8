package io.tidemark.cli.pbm;

import io.tidemark.cli.backupfile.BackupFile;
import io.tidemark.cli.backupfile.BsonFile;
import io.tidemark.cli.backupfile.BucketFile;
import io.tidemark.cli.dump.ArchiveDump;
import io.tidemark.cli.dump.CollectionMetadata;
import io.tidemark.cli.dump.Dump;
import io.tidemark.cli.dump.DumpedCollection;
import io.tidemark.cli.dump.FileDump;
import io.tidemark.schemas.model.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.json.JsonParseException;

/**
 * One replica set's collections in a backup: up to 1.8 an archive of mongodump; since 2.0 a file
 * per collection beside {@code metadata.json}, which is mongodump's prelude as extended JSON with
 * size and CRC of each; later versions write {@code meta.pbm}, the same in BSON, as well.
 */
final class PbmDump {
    private static final String BUCKETS = "system.buckets.";
    private static final List<String> SUFFIXES =
            List.of("", ".gz", ".snappy", ".s2", ".lz4", ".zst");
    private static final String METADATA = "metadata.json";
    private static final String METADATA_2 = "meta.pbm";

    private final PbmBucket bucket;
    private final PbmBackup backup;
    private final PbmBackup.Member member;

    PbmDump(PbmBucket bucket, PbmBackup backup, PbmBackup.Member member) {
        this.bucket = bucket;
        this.backup = backup;
        this.member = member;
    }

    /**
     * @param scratch for what has to be put aside
     * @throws io.tidemark.cli.CommandFailure if files are missing or damaged
     */
    Dump open(Path scratch) {
        String key = member.dump();
        boolean folder = key.endsWith("/" + METADATA) || key.endsWith("/" + METADATA_2);
        if (folder) {
            return perNamespace(key.substring(0, key.lastIndexOf('/') + 1));
        }
        BucketFile archive = bucket.find(key).orElseThrow(() -> missing("'" + key + "'"));
        return ArchiveDump.read(archive, scratch);
    }

    private RuntimeException missing(String what) {
        return backup.file()
                .damaged(
                        "names a file that is not there: "
                                + what
                                + ", of replica set "
                                + member.name());
    }

    private Dump perNamespace(String folder) {
        Map<String, BucketFile> files = bucket.below(folder);
        BucketFile first = files.get(METADATA);
        if (first != null) {
            BsonDocument json = extendedJson(first);
            List<FileDump.CollectionFile> found = new ArrayList<>();
            documents(json, "namespaces")
                    .forEach(each -> found.add(ofVersion1(first, each, files)));
            return new FileDump(Optional.empty(), text(json, "server_version"), found);
        }
        BucketFile second = files.get(METADATA_2);
        if (second == null) {
            throw missing("'" + folder + METADATA + "'");
        }
        return ofVersion2(second, files);
    }

    private static BsonDocument extendedJson(BucketFile file) {
        try (InputStream in = file.open()) {
            return BsonDocument.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (JsonParseException | org.bson.BSONException noJson) {
            throw file.damaged("is no extended JSON: " + noJson.getMessage());
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
    }

    private FileDump.CollectionFile ofVersion1(
            BackupFile file, BsonDocument told, Map<String, BucketFile> files) {
        Namespace namespace = namespace(file, told, "collection");
        CollectionMetadata metadata =
                CollectionMetadata.parse(
                        text(told, "metadata").orElse(""), file, Optional.of(namespace));
        String type = text(told, "type").orElse(metadata.type());
        return file(namespace, metadata.withType(type), told, files);
    }

    private Dump ofVersion2(BucketFile file, Map<String, BucketFile> files) {
        BsonDocument told;
        try (BsonFile bson = BsonFile.open(file)) {
            told = bson.next().orElseThrow(() -> file.damaged("is empty")).toBson();
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
        List<BsonDocument> all = documents(told, "specifications");
        Set<Namespace> series = new TreeSet<>();
        all.stream()
                .filter(each -> text(each, "type").orElse("").equals("timeseries"))
                .forEach(each -> series.add(namespace(file, each, "name")));
        List<FileDump.CollectionFile> found = new ArrayList<>();
        for (BsonDocument each : all) {
            Namespace namespace = namespace(file, each, "name");
            String name = namespace.collection();
            boolean told2 =
                    name.startsWith(BUCKETS)
                            && series.contains(
                                    namespace.withCollection(name.substring(BUCKETS.length())));
            if (!told2) {
                found.add(file(namespace, metadata(each), sums(each, all), files));
            }
        }
        return new FileDump(Optional.empty(), text(told, "serverVersion"), found);
    }

    /** Of a time-series collection those of its buckets, where the backup lists both. */
    private static BsonDocument sums(BsonDocument told, List<BsonDocument> all) {
        String buckets = BUCKETS + text(told, "name").orElse("");
        return all.stream()
                .filter(each -> text(each, "db").equals(text(told, "db")))
                .filter(each -> text(each, "name").orElse("").equals(buckets))
                .findFirst()
                .orElse(told);
    }

    private static CollectionMetadata metadata(BsonDocument told) {
        BsonDocument options = told.getDocument("options", new BsonDocument());
        return new CollectionMetadata(
                Optional.empty(),
                text(told, "type").orElseGet(() -> CollectionMetadata.typeBy(options)),
                text(told, "uuid").map(CollectionMetadata::uuid),
                options,
                documents(told, "indexes"));
    }

    private FileDump.CollectionFile file(
            Namespace namespace,
            CollectionMetadata metadata,
            BsonDocument sums,
            Map<String, BucketFile> files) {
        String name = namespace.collection();
        String stored = name.startsWith(BUCKETS) ? name.substring(BUCKETS.length()) : name;
        String base = namespace.database() + "." + stored;
        Optional<BackupFile> documents =
                SUFFIXES.stream()
                        .map(suffix -> (BackupFile) files.get(base + suffix))
                        .filter(java.util.Objects::nonNull)
                        .findFirst();
        Optional<FileDump.Sum> sum = sum(sums);
        boolean expected = sum.filter(told -> told.bytes() > 0).isPresent();
        if (expected && documents.isEmpty()) {
            throw missing("that of collection " + namespace);
        }
        return new FileDump.CollectionFile(
                new DumpedCollection(namespace, metadata, documents.isPresent()), documents, sum);
    }

    /** Empty where it has none, or of a collection without documents, for which no file is. */
    private static Optional<FileDump.Sum> sum(BsonDocument told) {
        boolean known = isNumber(told.get("size")) && isNumber(told.get("crc"));
        return known
                ? Optional.of(
                        new FileDump.Sum(
                                told.getNumber("size").longValue(),
                                told.getNumber("crc").longValue()))
                : Optional.empty();
    }

    private static boolean isNumber(BsonValue value) {
        return value != null && value.isNumber();
    }

    private static Namespace namespace(BackupFile file, BsonDocument told, String field) {
        try {
            return new Namespace(text(told, "db").orElse(""), text(told, field).orElse(""));
        } catch (IllegalArgumentException noName) {
            throw file.damaged("tells of a collection without a name: " + noName.getMessage());
        }
    }

    private static List<BsonDocument> documents(BsonDocument in, String field) {
        BsonValue array = in.get(field);
        return array instanceof BsonArray all
                ? all.stream().filter(BsonValue::isDocument).map(BsonValue::asDocument).toList()
                : List.of();
    }

    private static Optional<String> text(BsonDocument in, String field) {
        BsonValue value = in.get(field);
        return value != null && value.isString() && !value.asString().getValue().isEmpty()
                ? Optional.of(value.asString().getValue())
                : Optional.empty();
    }
}
