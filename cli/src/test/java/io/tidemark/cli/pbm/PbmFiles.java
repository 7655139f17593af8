package io.tidemark.cli.pbm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.Zstd;
import io.tidemark.cli.RealBackup;
import io.tidemark.cli.dump.ArchiveFiles;
import io.tidemark.cli.dump.DumpFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.xerial.snappy.SnappyFramedOutputStream;

/**
 * Lays the recorded backup of a real cluster out again as the bucket that it was cut from, in the
 * layout of Percona Backup 1.x or of 2.x.
 */
final class PbmFiles {
    static final String NAME = "2022-02-07T14:05:59Z";

    /** As the bucket's files are called. */
    static final String FILE = "2022-02-07T14.05.59Z";

    private static final List<String> SETS = List.of("rs1", "rs2", "cfg");
    private static final List<String> SLICES = List.of("20220207140605-18.%s", "%s.%s");

    private final Path files;
    private final Path bucket;

    private PbmFiles(Path files, Path bucket) {
        this.files = files;
        this.bucket = bucket;
    }

    /** Skips the test where the recorded backup is absent. */
    static PbmFiles in(Path bucket) {
        Path files = RealBackup.files();
        assumeTrue(Files.isDirectory(files), "needs the recorded backup in ../shared/data/pbm-5.0");
        return new PbmFiles(files, bucket);
    }

    /** One archive a replica set, compressed by s2; slices by snappy, whatever wrote them. */
    PbmFiles version1() throws IOException {
        for (String set : SETS) {
            ArchiveFiles archive = new ArchiveFiles();
            collections(set)
                    .forEach(
                            (ns, documents) ->
                                    archive.add(ns, metadata(ns), "collection", documents));
            archive.add("trx.paid", "{\"options\":{\"viewOn\":\"test\"}}", "view", List.of());
            put(FILE + "_" + set + ".dump.s2", S2Encoder.encode(archive.bytes()));
            put(FILE + "_" + set + ".oplog.s2", S2Encoder.encode(oplog(set, "backup")));
        }
        slices(".oplog.snappy", PbmFiles::snappy, S2Encoder::encode);
        describe("_%s.dump.s2", "_%s.oplog.s2", "1.6.0", "s2");
        put(".pbm.init", new byte[0]);
        return this;
    }

    /** One file a collection, compressed by zstd or lz4; the oplog in pieces, by gzip. */
    PbmFiles version2() throws IOException {
        for (String set : SETS) {
            String folder = FILE + "/" + set + "/";
            BsonArray told = new BsonArray();
            for (Map.Entry<String, List<byte[]>> each : collections(set).entrySet()) {
                String ns = each.getKey();
                byte[] plain = join(each.getValue());
                told.add(told(ns, each.getValue(), plain.length));
                if (plain.length > 0) {
                    put(folder + ns + ".zst", Zstd.compress(plain));
                }
            }
            put(folder + "metadata.json", preludeJson(told).getBytes(StandardCharsets.UTF_8));
            oplogFolder(set, folder + "oplog/");
        }
        slices(".oplog.gz", PbmFiles::gzip, PbmFiles::lz4);
        describe("/%s/metadata.json", "/%s/oplog", "2.5.0", "zstd");
        return this;
    }

    /** As of 2.0 without compression; what tells of the collections is BSON. */
    PbmFiles version2InBson() throws IOException {
        version2();
        for (String set : SETS) {
            String folder = FILE + "/" + set + "/";
            BsonArray told = new BsonArray();
            for (Map.Entry<String, List<byte[]>> each : collections(set).entrySet()) {
                byte[] plain = join(each.getValue());
                told.add(specification(each.getKey(), each.getValue(), plain.length));
                Files.deleteIfExists(path(folder + each.getKey() + ".zst"));
                if (plain.length > 0) {
                    put(folder + each.getKey(), plain);
                }
            }
            Files.delete(path(folder + "metadata.json"));
            put(
                    folder + "meta.pbm",
                    DumpFiles.bytes(
                            List.of(
                                    new BsonDocument("version", new BsonString("2.9.0"))
                                            .append("serverVersion", new BsonString("5.0.5-4"))
                                            .append("specifications", told))));
        }
        return this;
    }

    private static BsonDocument specification(String ns, List<byte[]> documents, int size) {
        int dot = ns.indexOf('.');
        return new BsonDocument("db", new BsonString(ns.substring(0, dot)))
                .append("name", new BsonString(ns.substring(dot + 1)))
                .append("type", new BsonString("collection"))
                .append("options", new BsonDocument())
                .append(
                        "indexes",
                        new BsonArray(
                                List.of(BsonDocument.parse("{v: 2, key: {_id: 1}, name: '_id_'}"))))
                .append("crc", new BsonInt64(ArchiveFiles.crc64(documents)))
                .append("size", new BsonInt64(size));
    }

    private void oplogFolder(String set, String folder) throws IOException {
        List<byte[]> entries = documents(oplog(set, "backup"));
        List<byte[]> first = entries.subList(0, 2);
        List<byte[]> second = entries.subList(1, entries.size());
        String middle = PbmTimes.name(first.get(1));
        String end = PbmTimes.name(second.get(second.size() - 1));
        put(folder + PbmTimes.name(first.get(0)) + "." + middle + ".gz", gzip(join(first)));
        put(folder + middle + "." + end + ".gz", gzip(join(second)));
    }

    private interface Encoder {
        byte[] encode(byte[] plain) throws IOException;
    }

    private void slices(String suffix, Encoder first, Encoder second) throws IOException {
        for (String set : SETS) {
            byte[] one = oplog(set, "pitr1");
            byte[] two = oplog(set, "pitr2");
            String folder = "pbmPitr/" + set + "/20220207/";
            String middle = PbmTimes.name(last(one));
            put(folder + SLICES.get(0).formatted(middle) + suffix, first.encode(one));
            put(
                    folder + SLICES.get(1).formatted(middle, PbmTimes.name(last(two))) + suffix,
                    second.encode(two));
        }
    }

    private static byte[] last(byte[] documents) {
        List<byte[]> all = documents(documents);
        return all.get(all.size() - 1);
    }

    /** As the real one: every field that version 1.6 wrote and this import reads. */
    private void describe(String dump, String oplog, String version, String compression)
            throws IOException {
        List<String> sets = new ArrayList<>();
        for (String set : SETS) {
            boolean config = set.equals("cfg");
            sets.add(
                    """
                    {"name": "%s", "backup_name": "%s", "oplog_name": "%s", "status": "done",
                     "start_ts": 1644242760, %s
                     "first_write_ts": {"T": %d, "I": %d}, "last_write_ts": {"T": %d, "I": %d},
                     "conditions": [{"timestamp": 1644242760, "status": "running"}]}
                    """
                            .formatted(
                                    set,
                                    FILE + dump.formatted(set),
                                    FILE + oplog.formatted(set),
                                    version.startsWith("2") ? "\"iscs\": " + config + "," : "",
                                    config ? 1644242761 : 1644242753,
                                    config ? 11 : 1,
                                    config ? 1644242765 : 1644242763,
                                    config ? 18 : 6));
        }
        write(
                """
                {"opid": "62012747a5255edf83f0a6e9", "name": "%s", %s
                 "replsets": [%s], "compression": "%s", "store": {"type": "filesystem"},
                 "mongodb_version": "5.0.5-4", "status": "done", "pbm_version": "%s",
                 "first_write_ts": {"T": 1644242753, "I": 1},
                 "last_write_ts": {"T": 1644242765, "I": 18}, "hb": {"T": 1644242775, "I": 9},
                 "balancer": "full", "of_a_later_version": {"a": [1]}}
                """
                        .formatted(
                                NAME,
                                version.startsWith("2")
                                        ? "\"type\": \"logical\", \"fcv\": \"5.0\","
                                        : "",
                                String.join(",", sets),
                                compression,
                                version),
                FILE + ".pbm.json");
    }

    void write(String text, String key) throws IOException {
        put(key, text.getBytes(StandardCharsets.UTF_8));
    }

    void put(String key, byte[] content) throws IOException {
        Path file = bucket.resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    Path path(String key) {
        return bucket.resolve(key);
    }

    byte[] oplog(String set, String part) throws IOException {
        return Files.readAllBytes(files.resolve(set + "." + part + ".oplog.bson"));
    }

    /** By namespace; with the bookkeeping of the tool, which no restore wants. */
    private Map<String, List<byte[]>> collections(String set) {
        Map<String, List<byte[]>> found = new TreeMap<>();
        try (Stream<Path> all = Files.list(files)) {
            for (Path file : all.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(set + ".") && !name.endsWith("oplog.bson")) {
                    String ns = name.substring(set.length() + 1, name.length() - 5);
                    found.put(ns, documents(Files.readAllBytes(file)));
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("can't read what was recorded in " + files, failed);
        }
        found.put(
                "admin.pbmRUsers",
                List.of(DumpFiles.bytes(List.of(new BsonDocument("_id", new BsonString("u"))))));
        if (!set.equals("cfg")) {
            String shard = set.equals("rs2") ? "rsx" : set;
            BsonDocument identity = new BsonDocument("_id", new BsonString("shardIdentity"));
            found.put(
                    "admin.system.version",
                    List.of(
                            DumpFiles.bytes(
                                    List.of(identity.append("shardName", new BsonString(shard))))));
            found.put("trx.empty", List.of());
        }
        return found;
    }

    private static String metadata(String ns) {
        String indexes =
                "\"indexes\":[{\"v\":{\"$numberInt\":\"2\"},\"key\":{\"_id\":"
                        + "{\"$numberInt\":\"1\"}},\"name\":\"_id_\"}]";
        return ns.startsWith("trx.")
                ? "{" + indexes + ",\"uuid\":\"\",\"collectionName\":\"" + ns.substring(4) + "\"}"
                : "{\"options\":{}," + indexes + "}";
    }

    private static BsonDocument told(String ns, List<byte[]> documents, int size) {
        int dot = ns.indexOf('.');
        return new BsonDocument("db", new BsonString(ns.substring(0, dot)))
                .append("collection", new BsonString(ns.substring(dot + 1)))
                .append("metadata", new BsonString(metadata(ns)))
                .append("type", new BsonString("collection"))
                .append("crc", new BsonInt64(ArchiveFiles.crc64(documents)))
                .append("size", new BsonInt64(size));
    }

    private static String preludeJson(BsonArray namespaces) {
        return new BsonDocument("concurrent_collections", new BsonInt32(1))
                .append("version", new BsonString("0.1"))
                .append("server_version", new BsonString("5.0.5-4"))
                .append("namespaces", namespaces)
                .toJson(JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build());
    }

    static List<byte[]> documents(byte[] plain) {
        List<byte[]> found = new ArrayList<>();
        for (int at = 0; at < plain.length; ) {
            int length =
                    plain[at] & 0xFF
                            | (plain[at + 1] & 0xFF) << 8
                            | (plain[at + 2] & 0xFF) << 16
                            | plain[at + 3] << 24;
            found.add(Arrays.copyOfRange(plain, at, at + length));
            at += length;
        }
        return found;
    }

    private static byte[] join(List<byte[]> documents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        documents.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] snappy(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream encoder = new SnappyFramedOutputStream(out)) {
            encoder.write(plain);
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream encoder = new GZIPOutputStream(out)) {
            encoder.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] lz4(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream encoder = new LZ4FrameOutputStream(out)) {
            encoder.write(plain);
        }
        return out.toByteArray();
    }
}
