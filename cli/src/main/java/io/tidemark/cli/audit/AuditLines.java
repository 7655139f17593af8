package io.tidemark.cli.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.oplog.OplogEntry;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/** Prints what the filter lets pass, one line each, until there are enough. */
final class AuditLines {
    private static final int SHOWN = 240;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonWriterSettings EXACT =
            JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).build();

    private final PrintStream out;
    private final AuditFilter filter;
    private final boolean json;
    private final long most;
    private final TouchingTransactions touching;
    private long printed;
    private AuditRecord last;

    /**
     * @param json whole entries as canonical extended JSON; else words for people
     */
    AuditLines(PrintStream out, AuditFilter filter, boolean json, long most) {
        this.out = out;
        this.filter = filter;
        this.json = json;
        this.most = most;
        this.touching = new TouchingTransactions(filter);
    }

    /** True when nobody wants more: enough is printed, or whoever read has gone. */
    boolean isFull() {
        return printed >= most || out.checkError();
    }

    boolean isCutOff() {
        return printed >= most;
    }

    void add(AuditRecord record) {
        if (isFull()) {
            return;
        }
        if (record instanceof AuditRecord.Missing missing) {
            print(json ? json(missing).toString() : words(missing));
        } else if (record instanceof AuditRecord.Written written && !isRepeated(written)) {
            match(written)
                    .ifPresent(
                            match ->
                                    print(
                                            json
                                                    ? json(written, match).toString()
                                                    : words(written, match)));
            last = written;
        }
    }

    private Optional<AuditFilter.Match> match(AuditRecord.Written written) {
        OplogEntry entry = written.entry();
        boolean outcome = touching.endsWith(written.replicaSet(), entry);
        Optional<AuditFilter.Match> match = filter.match(entry);
        return match.isEmpty() && outcome ? filter.matchOutcome(entry) : match;
    }

    /** A replica set may be in the archive twice: imported, and captured. */
    private boolean isRepeated(AuditRecord.Written written) {
        return last instanceof AuditRecord.Written before
                && before.replicaSet().equals(written.replicaSet())
                && before.entry().optime().equals(written.entry().optime());
    }

    private void print(String line) {
        out.println(line);
        printed++;
    }

    private static ObjectNode json(AuditRecord.Written written, AuditFilter.Match match) {
        OplogEntry entry = written.entry();
        ObjectNode line =
                start(written, entry.shape().recordKind().name())
                        .put("term", entry.optime().term())
                        .put("op", entry.op())
                        .put("ns", entry.ns());
        if (!match.operations().isEmpty()) {
            ArrayNode places = line.putArray("operations");
            match.operations().forEach(places::add);
        }
        line.set("entry", tree(entry.raw().toBson().toJson(EXACT)));
        return line;
    }

    private static ObjectNode json(AuditRecord.Missing missing) {
        return start(missing, "GAP")
                .put("after", missing.gap().after().toString())
                .put("reason", missing.gap().reason());
    }

    private static ObjectNode start(AuditRecord record, String kind) {
        return JSON.createObjectNode()
                .put("replicaSet", record.replicaSet().name())
                .put("clusterTime", record.at().toString())
                .put("kind", kind);
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("BSON gave JSON that is none", impossible);
        }
    }

    private static String words(AuditRecord.Written written, AuditFilter.Match match) {
        OplogEntry entry = written.entry();
        return "%s  %s  %s  %s  %s  %s"
                .formatted(
                        entry.clusterTime(),
                        Instant.ofEpochSecond(entry.clusterTime().seconds()),
                        written.replicaSet(),
                        entry.op(),
                        entry.ns().isEmpty() ? "-" : entry.ns(),
                        shortened(what(entry, match)));
    }

    private static String what(OplogEntry entry, AuditFilter.Match match) {
        String operations =
                match.operations().isEmpty() ? "" : "operations " + match.operations() + " of ";
        Optional<RawDocument> key = entry.op().equals("u") ? entry.o2() : Optional.empty();
        return key.map(k -> text(k) + " ").orElse("") + operations + text(entry.o());
    }

    private static String text(RawDocument document) {
        BsonDocument bson = document.toBson();
        return bson.toJson();
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + " …";
    }

    private static String words(AuditRecord.Missing missing) {
        return "%s  %s  %s  GAP: entries after %s are missing: %s"
                .formatted(
                        missing.at(),
                        Instant.ofEpochSecond(missing.at().seconds()),
                        missing.replicaSet(),
                        missing.gap().after(),
                        missing.gap().reason());
    }
}
