package io.tidemark.storage.object;

final class InMemoryObjectStoreTest extends ObjectStoreContract {
    private final InMemoryObjectStore place = new InMemoryObjectStore();

    @Override
    ObjectStore newStore() {
        return place.handle();
    }

    @Override
    void putStranger(String key, byte[] bytes) {
        place.put(key, Body.of(bytes));
    }
}
