package io.tidemark.cli.audit;

import io.tidemark.restore.replay.DocumentId;
import io.tidemark.restore.replay.Operation;
import io.tidemark.restore.replay.Operations;
import io.tidemark.schemas.avro.RecordKind;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonValue;

/**
 * Which entries are asked for. A transaction, or any other list of operations, is asked for if one
 * of its operations is.
 *
 * @param namespaces collections, or databases with everything in them; empty for all
 * @param ops of the oplog: i, u, d, c, n; empty for all but n
 * @param id {@code _id} of the document
 * @param session of the transaction or retryable write
 * @param transaction its number within the session
 * @param from the first cluster time
 * @param to the last cluster time
 */
record AuditFilter(
        Set<String> namespaces,
        Set<String> ops,
        Optional<BsonValue> id,
        Optional<UUID> session,
        OptionalLong transaction,
        ClusterTime from,
        ClusterTime to) {
    /** What the operations of an entry came to: all of it, or some of its list. */
    record Match(List<Integer> operations) {
        private static final Match WHOLE = new Match(List.of());
    }

    AuditFilter {
        namespaces = Set.copyOf(namespaces);
        ops = Set.copyOf(ops);
    }

    /** Whether some entry of that kind may be asked for. */
    boolean mayMatch(RecordKind kind) {
        return switch (kind) {
            case GAP, OTHER -> true;
            case START -> false;
            case NOOP -> ops.contains("n") && id.isEmpty();
            case CRUD -> isAnyOf("i", "u", "d");
            case DDL -> isAnyOf("c") && id.isEmpty();
            case TXN -> isAnyOf("i", "u", "d", "c");
        };
    }

    /** Whether what the record's headers say is reason enough to decode it. */
    boolean mayMatch(RecordKind kind, String ns) {
        return switch (kind) {
            case NOOP, CRUD -> mayMatch(kind) && isOfNamespace(ns);
            case DDL -> mayMatch(kind) && mayBeOfDatabase(ns);
            // Operations of a transaction have namespaces of their own.
            default -> mayMatch(kind);
        };
    }

    /** Entries after this time are asked for. */
    ClusterTime after() {
        return from.equals(ClusterTime.ZERO) ? from : from.previous();
    }

    Optional<Match> match(OplogEntry entry) {
        if (!isWithin(entry) || !isOfSession(entry)) {
            return Optional.empty();
        }
        boolean list = entry.commandName().filter("applyOps"::equals).isPresent();
        return list ? matchList(entry) : matchOne(entry);
    }

    /** Whether some operation of a transaction's entry is on what is asked for, at any time. */
    boolean touches(OplogEntry entry) {
        boolean[] touched = {false};
        Operations.forEach(
                entry, operation -> touched[0] |= isOfPlace(operation) && isOfSession(entry));
        return touched[0];
    }

    /** Of the outcome of a transaction that touches what is asked for. */
    Optional<Match> matchOutcome(OplogEntry entry) {
        return isWithin(entry) && isAnyOf("c") ? Optional.of(Match.WHOLE) : Optional.empty();
    }

    private boolean isWithin(OplogEntry entry) {
        return !entry.clusterTime().isBefore(from) && !entry.clusterTime().isAfter(to);
    }

    private Optional<Match> matchOne(OplogEntry entry) {
        boolean op = ops.isEmpty() ? !entry.op().equals("n") : ops.contains(entry.op());
        boolean outcome = entry.shape().isTransactionChain();
        boolean ns =
                entry.op().equals("c")
                        ? isOfCommand(entry.ns(), entry.o(), outcome)
                        : isOfNamespace(entry.ns());
        return op && ns && isId(entry.documentId()) ? Optional.of(Match.WHOLE) : Optional.empty();
    }

    /** Outcomes of transactions name no namespace: see {@link TouchingTransactions}. */
    private boolean isOfCommand(String ns, RawDocument command, boolean outcome) {
        return outcome ? namespaces.isEmpty() : namespaces.isEmpty() || names(ns, command);
    }

    private boolean names(String ns, RawDocument command) {
        String database = ns.substring(0, Math.max(0, ns.indexOf('.')));
        if (namespaces.contains(database)) {
            return true;
        }
        Optional<RawElement> first = command.first();
        String name = first.map(RawElement::name).orElse("");
        String subject = command.string(name).orElse("");
        return switch (name) {
            case "renameCollection" ->
                    isOfNamespace(subject) || isOfNamespace(command.string("to").orElse(""));
            case "dropDatabase" -> namespaces.stream().anyMatch(n -> n.startsWith(database + "."));
            default -> namespaces.contains(database + "." + subject);
        };
    }

    private Optional<Match> matchList(OplogEntry entry) {
        List<Integer> matching = new ArrayList<>();
        int[] place = {0};
        Operations.forEach(
                entry,
                operation -> {
                    if (isWanted(operation)) {
                        matching.add(place[0]);
                    }
                    place[0]++;
                });
        // A prepare may have no operation of its own; who asks for the session wants it.
        boolean empty = place[0] == 0 && namespaces.isEmpty() && id.isEmpty() && ops.isEmpty();
        return matching.isEmpty() && !empty ? Optional.empty() : Optional.of(new Match(matching));
    }

    private boolean isWanted(Operation operation) {
        return (ops.isEmpty() || ops.contains(operation.op())) && isOfPlace(operation);
    }

    private boolean isOfPlace(Operation operation) {
        boolean ns =
                operation.op().equals("c")
                        ? isOfCommand(operation.ns(), operation.o(), false)
                        : isOfNamespace(operation.ns());
        return ns && isId(documentId(operation));
    }

    private static Optional<RawElement> documentId(Operation operation) {
        return switch (operation.op()) {
            case "i", "d" -> operation.o().find("_id");
            case "u" -> operation.o2().flatMap(key -> key.find("_id"));
            default -> Optional.empty();
        };
    }

    private boolean isAnyOf(String... wanted) {
        return ops.isEmpty() || Set.of(wanted).stream().anyMatch(ops::contains);
    }

    private boolean isOfNamespace(String ns) {
        int dot = ns.indexOf('.');
        return namespaces.isEmpty()
                || namespaces.contains(ns)
                || dot > 0 && namespaces.contains(ns.substring(0, dot));
    }

    private boolean mayBeOfDatabase(String ns) {
        String database = ns.substring(0, Math.max(0, ns.indexOf('.')));
        return namespaces.isEmpty()
                || namespaces.stream()
                        .anyMatch(n -> n.equals(database) || n.startsWith(database + "."));
    }

    private boolean isOfSession(OplogEntry entry) {
        if (session.isEmpty()) {
            return true;
        }
        Optional<RawDocument> lsid = entry.raw().document("lsid");
        boolean same = lsid.flatMap(s -> s.find("id")).flatMap(RawElement::uuid).equals(session);
        OptionalLong number =
                entry.raw()
                        .find("txnNumber")
                        .map(n -> OptionalLong.of(n.number().orElse(-1)))
                        .orElse(OptionalLong.empty());
        return same && (transaction.isEmpty() || transaction.equals(number));
    }

    private boolean isId(Optional<RawElement> found) {
        return id.isEmpty()
                || found.map(e -> DocumentId.of(e).toBson()).filter(this::isId).isPresent();
    }

    /** Numbers are equal whatever their type, as for a server. */
    private boolean isId(BsonValue found) {
        BsonValue wanted = id.orElseThrow();
        if (wanted.isNumber() && found.isNumber()) {
            return wanted.asNumber().longValue() == found.asNumber().longValue()
                    && wanted.asNumber().doubleValue() == found.asNumber().doubleValue();
        }
        return wanted.equals(found);
    }
}
