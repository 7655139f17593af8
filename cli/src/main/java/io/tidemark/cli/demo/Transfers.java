package io.tidemark.cli.demo;

import com.mongodb.client.ClientSession;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bson.Document;

/**
 * Moves money between accounts, mostly of different shards, each time in one transaction: whatever
 * the moment, the sum over all accounts is the same.
 */
final class Transfers implements AutoCloseable {
    private final MongoClient client;
    private final MongoCollection<Document> accounts;
    private final Random random;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopped;

    Transfers(MongoClient client, MongoCollection<Document> accounts, Random random, int number) {
        this.client = client;
        this.accounts = accounts;
        this.random = random;
        this.thread = new Thread(this::run, "demo-transfers-" + number);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** How many committed. */
    int done() {
        return done.get();
    }

    private void run() {
        try (ClientSession session = client.startSession()) {
            while (!stopped) {
                step(session);
            }
        } catch (RuntimeException failed) {
            failure.set(failed);
        }
    }

    private void step(ClientSession session) {
        int from = random.nextInt(Shop.ACCOUNTS);
        int to = (from + 1 + random.nextInt(Shop.ACCOUNTS - 1)) % Shop.ACCOUNTS;
        int amount = 1 + random.nextInt(20);
        session.withTransaction(
                () -> {
                    add(session, from, -amount);
                    add(session, to, amount);
                    return null;
                });
        done.incrementAndGet();
    }

    private void add(ClientSession session, int account, int amount) {
        accounts.updateOne(session, Filters.eq("_id", account), Updates.inc("balance", amount));
    }

    /** Lets the transfer under way end. */
    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
        if (failure.get() != null) {
            throw failure.get();
        }
    }
}
