package io.tidemark.storage.object;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ObjectStore} must do; run by each. */
abstract class ObjectStoreContract {
    private static final int THOUSANDS = 2_500;
    private ObjectStore store;

    /** A store over an empty place; each call another handle on the same place. */
    abstract ObjectStore newStore();

    /** Puts a file in the place that this code never writes, as others might. */
    abstract void putStranger(String key, byte[] bytes) throws IOException;

    @BeforeEach
    void open() throws Exception {
        prepare();
        store = newStore();
    }

    void prepare() throws Exception {}

    @AfterEach
    void close() {
        store.close();
        store.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000, 5 * 1024 * 1024 + 7})
    void givesBackWhatWasPut(int size) {
        byte[] bytes = random(size);

        assertThat(store.put("a/b", Body.of(bytes))).isEqualTo(PutOutcome.CREATED);

        assertThat(store.readWhole("a/b", size + 1)).isEqualTo(bytes);
        assertThat(store.head("a/b")).contains(new StoredObject("a/b", size));
    }

    @Test
    void readsRanges() {
        store.put("k", Body.of("0123456789".getBytes(UTF_8)));

        assertThat(store.read("k", 2, 3)).asString(UTF_8).isEqualTo("234");
        assertThat(store.read("k", 8, 100)).asString(UTF_8).isEqualTo("89");
        assertThat(store.read("k", 10, 5)).isEmpty();
        assertThat(store.read("k", 50, 5)).isEmpty();
        assertThat(store.read("k", 3, 0)).isEmpty();
    }

    @Test
    void tellsWhatIsAbsent() {
        assertThat(store.head("none")).isEmpty();
        assertThat(store.folders("none/")).isEmpty();
        assertThat(keys("none", "")).isEmpty();
        store.delete("none");
        assertThatThrownBy(() -> store.read("none", 0, 10))
                .isInstanceOf(DamagedObjectException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("does not exist");
    }

    @Test
    void puttingTheSameAgainIsHarmless() {
        byte[] bytes = random(9_000_000);
        store.put("same", Body.of(bytes));

        assertThat(store.put("same", Body.of(bytes.clone())))
                .isEqualTo(PutOutcome.ALREADY_IDENTICAL);
    }

    @ParameterizedTest
    @ValueSource(ints = {99, 100, 101})
    void otherContentIsRefusedAndChangesNothing(int otherSize) {
        byte[] bytes = random(100);
        store.put("mine", Body.of(bytes));
        byte[] other = random(otherSize);
        other[50] ^= 1;

        assertThatThrownBy(() -> store.put("mine", Body.of(other)))
                .isInstanceOf(FencedException.class)
                .hasMessageContaining("mine");

        assertThat(store.readWhole("mine", 1000)).isEqualTo(bytes);
    }

    @Test
    void exactlyOneOfManyConcurrentCreatorsWins() throws Exception {
        int writers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            for (int round = 0; round < 5; round++) {
                String key = "race/" + round;
                CyclicBarrier together = new CyclicBarrier(writers);
                List<Future<Boolean>> results =
                        IntStream.range(0, writers)
                                .mapToObj(i -> threads.submit(() -> create(key, i, together)))
                                .toList();
                int winners = 0;
                int winner = -1;
                for (int i = 0; i < writers; i++) {
                    if (results.get(i).get()) {
                        winners++;
                        winner = i;
                    }
                }
                assertThat(winners).isEqualTo(1);
                assertThat(store.readWhole(key, 1 << 20)).isEqualTo(content(winner));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean create(String key, int writer, CyclicBarrier together) throws Exception {
        together.await();
        try {
            return store.put(key, Body.of(content(writer))) == PutOutcome.CREATED;
        } catch (FencedException lost) {
            return false;
        }
    }

    private static byte[] content(int writer) {
        byte[] bytes = new byte[300_000];
        java.util.Arrays.fill(bytes, (byte) writer);
        return bytes;
    }

    @Test
    void anUploadThatBreaksOffLeavesNothingUnderTheKey() {
        assertThatThrownBy(() -> store.put("half", new BreakingBody(3_000_000, 1_500_000)))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("half");

        assertThat(store.head("half")).isEmpty();
        assertThat(store.put("half", Body.of(random(10)))).isEqualTo(PutOutcome.CREATED);
    }

    @Test
    void aBodyShorterThanItSaysIsRefused() {
        byte[] bytes = random(1000);
        Body lying =
                new Body() {
                    @Override
                    public long sizeBytes() {
                        return 2000;
                    }

                    @Override
                    public InputStream open() {
                        return new ByteArrayInputStream(bytes);
                    }
                };

        assertThatThrownBy(() -> store.put("short", lying))
                .isInstanceOf(UnreachableException.class);

        assertThat(store.head("short")).isEmpty();
    }

    @Test
    void listsInTheOrderOfKeysFromAnyPoint() {
        for (String key : List.of("a/1", "a-b", "a/b/2", "a0", "a/b", "b", "a/b0")) {
            // "a/b" is an object and "a/b/2" lies below it: S3 can, a directory can't.
            if (!key.equals("a/b")) {
                store.put(key, Body.of(new byte[0]));
            }
        }

        assertThat(keys("", "")).containsExactly("a-b", "a/1", "a/b/2", "a/b0", "a0", "b");
        assertThat(keys("a/", "")).containsExactly("a/1", "a/b/2", "a/b0");
        assertThat(keys("a/b", "")).containsExactly("a/b/2", "a/b0");
        assertThat(keys("", "a/b/2")).containsExactly("a/b0", "a0", "b");
        assertThat(keys("", "a/b")).containsExactly("a/b/2", "a/b0", "a0", "b");
        assertThat(keys("a/", "a/1")).containsExactly("a/b/2", "a/b0");
        assertThat(keys("", "zzz")).isEmpty();
    }

    @Test
    void listsFoldersOneLevelDown() {
        for (String key : List.of("x/2024/01/a", "x/2024/02/b", "x/2025/01/c", "x/file", "y/d")) {
            store.put(key, Body.of(new byte[0]));
        }

        assertThat(store.folders("")).containsExactly("x", "y");
        assertThat(store.folders("x/")).containsExactly("2024", "2025");
        assertThat(store.folders("x/2024/")).containsExactly("01", "02");
        assertThat(store.folders("x/2024/01/")).isEmpty();
    }

    @Test
    void listsWhatLiesDirectlyBelowAFolderAndNothingInItsFolders() {
        for (String key : List.of("x/a", "x/b/1", "x/b/~é", "x/b-1", "x/b0", "x/c/d/e", "y")) {
            store.put(key, Body.of(new byte[2]));
        }

        assertThat(store.directlyBelow("x/"))
                .extracting(StoredObject::key)
                .containsExactly("x/a", "x/b-1", "x/b0");
        assertThat(store.directlyBelow("")).contains(new StoredObject("y", 2));
        assertThat(store.directlyBelow("")).noneMatch(object -> object.key().contains("/"));
        assertThat(store.directlyBelow("none/")).isEmpty();
    }

    @Test
    void listsThousandsOfObjectsPageByPage() throws Exception {
        byte[] bytes = random(3);
        for (int i = 0; i < THOUSANDS; i++) {
            putStranger("many/%02d/%05d".formatted(i % 7, i), bytes);
        }

        List<String> keys = keys("many/", "");

        assertThat(keys).hasSize(THOUSANDS).isSorted();
        try (Stream<StoredObject> some = store.list("many/", keys.get(1200))) {
            Iterator<StoredObject> each = some.iterator();
            assertThat(each.next()).isEqualTo(new StoredObject(keys.get(1201), 3));
        }
    }

    @Test
    void strangersAreListedAndHarmless() throws Exception {
        putStranger("shop/holiday.jpg", random(10));
        store.put("shop/ours", Body.of(random(5)));

        assertThat(keys("shop/", "")).containsExactly("shop/holiday.jpg", "shop/ours");
    }

    @Test
    void deletedObjectsAreGoneAndCanBeMadeAnew() {
        store.put("d/e/f", Body.of(random(5)));

        store.delete("d/e/f");

        assertThat(store.head("d/e/f")).isEmpty();
        assertThat(store.folders("d/")).isEmpty();
        assertThat(store.put("d/e/f", Body.of(random(7)))).isEqualTo(PutOutcome.CREATED);
    }

    @Test
    void anotherHandleSeesWhatWasPut() {
        store.put("shared", Body.of(random(5)));

        try (ObjectStore other = newStore()) {
            assertThat(other.head("shared")).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", "a/../b", "./a", "a\nb"})
    void refusesKeysThatMeanDifferentThingsInDifferentStores(String key) {
        assertThatThrownBy(() -> store.put(key, Body.of(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesObjectsLargerThanTheReaderCanHold() {
        store.put("big", Body.of(random(101)));

        assertThatThrownBy(() -> store.readWhole("big", 100))
                .isInstanceOf(DamagedObjectException.class);
    }

    List<String> keys(String prefix, String startAfter) {
        try (Stream<StoredObject> all = store.list(prefix, startAfter)) {
            return new ArrayList<>(
                    all.map(StoredObject::key).filter(k -> !k.startsWith(".")).toList());
        }
    }

    static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** Fails in the middle each time it is read. */
    record BreakingBody(long sizeBytes, int good) implements Body {
        @Override
        public InputStream open() {
            return new InputStream() {
                private int given;

                @Override
                public int read() throws IOException {
                    if (given == good) {
                        throw new IOException("the test pulled the plug");
                    }
                    given++;
                    return 7;
                }
            };
        }
    }
}
