package io.tidemark.capture.operation;

final class InMemoryOperationStatesTest extends OperationStatesContract {
    @Override
    OperationStates states() {
        return new InMemoryOperationStates();
    }
}
