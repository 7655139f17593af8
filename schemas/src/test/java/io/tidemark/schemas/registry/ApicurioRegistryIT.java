package io.tidemark.schemas.registry;

import org.junit.jupiter.api.BeforeEach;

/** Our client keeps its promises against a registry that nobody here wrote. */
class ApicurioRegistryIT extends SchemaRegistryContract {
    private SchemaRegistry registry;

    @BeforeEach
    void connect() throws Exception {
        registry = new ConfluentRestRegistry(RegistryConfig.of(ApicurioProcess.shared().url()));
    }

    @Override
    protected SchemaRegistry registry() {
        return registry;
    }
}
