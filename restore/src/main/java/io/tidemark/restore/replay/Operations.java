package io.tidemark.restore.replay;

import io.tidemark.restore.RestoreException;
import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.oplog.OplogEntry;
import java.util.function.Consumer;

/** The operations inside {@code applyOps}, in order; nested ones (before 7.0) opened. */
public final class Operations {
    /** As deep as a server nests them. */
    private static final int DEEPEST = 10;

    private Operations() {}

    /** Hands every operation of the entry's array to {@code reader}. */
    public static void forEach(OplogEntry applyOps, Consumer<Operation> reader) {
        forEach(applyOps.o(), applyOps.clusterTime(), DEEPEST, reader);
    }

    /** How many operations the entry's array has: what {@code count} of a chain adds up. */
    public static int count(OplogEntry applyOps) {
        int count = 0;
        for (RawElement element : array(applyOps.o(), applyOps.clusterTime())) {
            count += element.isDocument() ? 1 : 0;
        }
        return count;
    }

    private static void forEach(
            RawDocument command, ClusterTime at, int deeper, Consumer<Operation> reader) {
        if (deeper == 0) {
            throw new RestoreException.ArchiveDamaged(
                    "The applyOps at " + at + " is nested deeper than any server writes it.");
        }
        for (RawElement element : array(command, at)) {
            Operation operation = Operation.ofElement(operation(element, at), at);
            if (operation.isCommand() && operation.command().equals("applyOps")) {
                forEach(operation.o(), at, deeper - 1, reader);
            } else {
                reader.accept(operation);
            }
        }
    }

    private static RawDocument operation(RawElement element, ClusterTime at) {
        return element.document()
                .filter(document -> element.isDocument())
                .orElseThrow(
                        () ->
                                new RestoreException.ArchiveDamaged(
                                        "The applyOps at "
                                                + at
                                                + " lists something that is no operation."));
    }

    private static RawDocument array(RawDocument command, ClusterTime at) {
        return command.find("applyOps")
                .filter(RawElement::isArray)
                .flatMap(RawElement::document)
                .orElseThrow(
                        () ->
                                new RestoreException.ArchiveDamaged(
                                        "The applyOps at " + at + " has no list of operations."));
    }
}
