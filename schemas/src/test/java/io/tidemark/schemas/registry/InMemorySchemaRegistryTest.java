package io.tidemark.schemas.registry;

class InMemorySchemaRegistryTest extends SchemaRegistryContract {
    private final SchemaRegistry registry = new InMemorySchemaRegistry();

    @Override
    protected SchemaRegistry registry() {
        return registry;
    }
}
