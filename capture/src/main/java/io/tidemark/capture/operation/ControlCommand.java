package io.tidemark.capture.operation;

import java.util.Map;

/**
 * What the operator asks all agents for.
 *
 * @param id of the operation to begin
 * @param parameters of the operation, by the names that its verb gives them
 * @param issuedMillis Unix milliseconds, by the clock of whoever asked
 */
public record ControlCommand(
        OperationId id, OperationKind kind, Map<String, String> parameters, long issuedMillis) {
    public ControlCommand {
        parameters = Map.copyOf(parameters);
    }
}
