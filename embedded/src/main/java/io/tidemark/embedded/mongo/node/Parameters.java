package io.tidemark.embedded.mongo.node;

import io.tidemark.embedded.mongo.CommandFailure;
import io.tidemark.embedded.mongo.ErrorCode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.bson.BsonBoolean;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNumber;
import org.bson.BsonValue;

/** Server parameters by their MongoDB names; {@code getParameter} and {@code setParameter}. */
final class Parameters {
    private final Map<String, BsonValue> values = new ConcurrentHashMap<>();

    Parameters() {
        // Off here, unlike in a server: tests decide when documents expire.
        values.put("ttlMonitorEnabled", BsonBoolean.FALSE);
        values.put("ttlMonitorSleepSecs", new BsonInt32(60));
        values.put("minSnapshotHistoryWindowInSeconds", new BsonInt32(300));
        values.put("periodicNoopIntervalSecs", new BsonInt32(10));
        values.put("writePeriodicNoops", BsonBoolean.TRUE);
        values.put("transactionLifetimeLimitSeconds", new BsonInt32(60));
        values.put("maxTransactionLockRequestTimeoutMillis", new BsonInt32(5));
        values.put(
                "maxNumberOfTransactionOperationsInSingleOplogEntry",
                new BsonInt32(Integer.MAX_VALUE));
        values.put("internalInsertMaxBatchSize", new BsonInt32(500));
        values.put("batchedDeletesTargetBatchDocs", new BsonInt32(10));
        values.put("orphanCleanupDelaySecs", new BsonInt32(900));
        values.put("cursorTimeoutMillis", new BsonInt64(600_000));
        values.put("enableTestCommands", BsonBoolean.TRUE);
    }

    int number(String name) {
        return ((BsonNumber) values.get(name)).intValue();
    }

    boolean isOn(String name) {
        BsonValue value = values.get(name);
        return value.isBoolean()
                ? value.asBoolean().getValue()
                : ((BsonNumber) value).intValue() != 0;
    }

    /** The value, or null if there is no such parameter. */
    BsonValue get(String name) {
        return values.get(name);
    }

    Map<String, BsonValue> all() {
        return new TreeMap<>(values);
    }

    /** Sets a known parameter and returns its former value. */
    BsonValue set(String name, BsonValue value) {
        if (!values.containsKey(name)) {
            throw new CommandFailure(
                    ErrorCode.InvalidOptions, "attempted to set unrecognized parameter [" + name);
        }
        if (!value.isNumber() && !value.isBoolean()) {
            throw new CommandFailure(
                    ErrorCode.BadValue, "Parameter " + name + " needs a number or a boolean");
        }
        return values.put(name, value);
    }
}
