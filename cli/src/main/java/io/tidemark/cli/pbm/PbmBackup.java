package io.tidemark.cli.pbm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.backupfile.BucketFile;
import io.tidemark.schemas.model.ClusterTime;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code NAME.pbm.json} says of a backup; fields that are not needed are passed over.
 * (pbm/backup, BackupMeta.)
 *
 * @param type {@code logical}, which old versions don't say; {@code physical} and others
 * @param namespaces what a selective backup holds; empty for a whole one
 * @param lastWrite the end of all replica sets' oplogs in it
 * @param shardIds by replica set, where they differ
 */
record PbmBackup(
        BucketFile file,
        String name,
        String type,
        String status,
        String error,
        List<String> namespaces,
        Optional<ClusterTime> lastWrite,
        Optional<String> serverVersion,
        Optional<String> featureVersion,
        Map<String, String> shardIds,
        List<Member> replicaSets) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOGICAL = "logical";

    /**
     * One replica set's part.
     *
     * @param dump the object that holds its collections, or tells of them
     * @param oplog the object or folder that holds its oplog
     * @param firstWrite from here on its oplog must be replayed
     * @param lastWrite its collections hold nothing younger
     * @param configServer empty where old versions don't tell
     * @param configShard config servers that hold data as well
     */
    record Member(
            String name,
            String dump,
            String oplog,
            Optional<ClusterTime> firstWrite,
            Optional<ClusterTime> lastWrite,
            Optional<Boolean> configServer,
            boolean configShard) {}

    PbmBackup {
        namespaces = List.copyOf(namespaces);
        shardIds = Map.copyOf(shardIds);
        replicaSets = List.copyOf(replicaSets);
    }

    /**
     * @throws io.tidemark.cli.CommandFailure if it is no such file
     */
    static PbmBackup read(BucketFile file) {
        try (InputStream in = file.open()) {
            JsonNode json = JSON.readTree(in);
            if (!json.isObject() || !json.path("replsets").isArray()) {
                throw file.damaged("does not describe a backup: it names no replica sets");
            }
            return of(file, json);
        } catch (JsonProcessingException noJson) {
            throw file.damaged("is no JSON: " + noJson.getOriginalMessage());
        } catch (IOException unreadable) {
            throw file.unreadable(unreadable);
        }
    }

    private static PbmBackup of(BucketFile file, JsonNode json) {
        Map<String, String> shards = new HashMap<>();
        json.path("shardRemap")
                .properties()
                .forEach(each -> shards.put(each.getKey(), each.getValue().asText()));
        List<String> namespaces = new ArrayList<>();
        json.path("nss").forEach(each -> namespaces.add(each.asText()));
        namespaces.remove("*.*");
        List<Member> members = new ArrayList<>();
        json.path("replsets").forEach(each -> members.add(member(file, each)));
        String key = file.key();
        return new PbmBackup(
                file,
                text(json, "name").orElse(key.substring(0, key.length() - ".pbm.json".length())),
                text(json, "type").orElse(LOGICAL),
                text(json, "status").orElse(""),
                text(json, "error").orElse(""),
                namespaces,
                time(file, json.path("last_write_ts")),
                text(json, "mongodb_version"),
                text(json, "fcv"),
                shards,
                members);
    }

    private static Member member(BucketFile file, JsonNode json) {
        JsonNode config = json.path("iscs");
        return new Member(
                text(json, "name")
                        .orElseThrow(() -> file.damaged("has a replica set without a name")),
                text(json, "backup_name").or(() -> text(json, "dump_name")).orElse(""),
                text(json, "oplog_name").orElse(""),
                time(file, json.path("first_write_ts")),
                time(file, json.path("last_write_ts")),
                config.isBoolean() ? Optional.of(config.asBoolean()) : Optional.empty(),
                json.path("configshard").asBoolean(false));
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.of(json.path(field).asText("")).filter(text -> !text.isEmpty());
    }

    private static Optional<ClusterTime> time(BucketFile file, JsonNode json) {
        long seconds = json.path("T").asLong(0);
        if (seconds <= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ClusterTime(seconds, json.path("I").asLong(0)));
        } catch (IllegalArgumentException noTime) {
            throw file.damaged("names a time that no cluster has, " + json);
        }
    }

    boolean isCalled(String text) {
        return name.equals(text) || file.key().equals(text + ".pbm.json");
    }

    /** Why it can't become a base; empty if it can. */
    Optional<String> refusal() {
        if (!type.equals(LOGICAL)) {
            return Optional.of(
                    "it is of type '"
                            + type
                            + "': files of a storage engine, which only a server of the same"
                            + " kind reads. Restore it with pbm into servers, then use"
                            + " --base external");
        }
        if (!status.equals("done")) {
            return Optional.of(
                    "it did not end well: its status is '"
                            + status
                            + "'"
                            + (error.isEmpty() ? "" : " (" + error + ")"));
        }
        if (!namespaces.isEmpty()) {
            return Optional.of(
                    "it holds a selection only, "
                            + namespaces
                            + ": a restore from it would lack everything else");
        }
        return replicaSets.stream()
                .filter(Member::configShard)
                .findFirst()
                .map(
                        set ->
                                "its config servers "
                                        + set.name()
                                        + " are a shard as well (config shard), which is not"
                                        + " supported");
    }
}
