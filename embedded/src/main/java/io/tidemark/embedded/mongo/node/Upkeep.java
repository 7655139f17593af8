package io.tidemark.embedded.mongo.node;

/** What a node does by itself: periodic noops, entries under way to lagging members, expiry. */
public final class Upkeep implements AutoCloseable {
    private static final long STEP_MILLIS = 25;

    private final Engine engine;
    private volatile boolean running;
    private Thread thread;
    private long lastSeen;
    private long quietSince;
    private long lastExpiry;

    public Upkeep(Node node) {
        this.engine = node.engine();
    }

    public synchronized void start() {
        running = true;
        thread = new Thread(this::loop, "mongo-upkeep-" + engine.settings.name());
        thread.setDaemon(true);
        thread.start();
    }

    private void loop() {
        while (running) {
            tick();
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** One step. */
    public void tick() {
        engine.write(
                () -> {
                    long now = engine.clock.wallMillis();
                    engine.replication.arrive(now);
                    periodicNoop(now);
                    expireTransactions(now);
                    expireDocuments(now);
                    return null;
                });
    }

    private void periodicNoop(long now) {
        long interval = engine.settings.noopInterval().toMillis();
        if (engine.lastApplied().ts() != lastSeen) {
            lastSeen = engine.lastApplied().ts();
            quietSince = now;
            return;
        }
        boolean due = interval > 0 && now - quietSince >= interval;
        if (due
                && engine.replication.hasPrimary()
                && engine.parameters.isOn("writePeriodicNoops")) {
            lastSeen = engine.log(Engine.noopMessage("periodic noop")).ts();
            quietSince = now;
        }
    }

    /** A transaction that is open for too long is aborted; a prepared one never. */
    private void expireTransactions(long now) {
        long limit = engine.parameters.number("transactionLifetimeLimitSeconds") * 1000L;
        for (Transaction transaction : engine.transactions.open()) {
            if (!transaction.isPrepared() && now - transaction.startedMillis >= limit) {
                engine.transactions.end(transaction, Transaction.State.ABORTED);
            }
        }
    }

    private void expireDocuments(long now) {
        long interval = engine.parameters.number("ttlMonitorSleepSecs") * 1000L;
        boolean due =
                engine.parameters.isOn("ttlMonitorEnabled")
                        && engine.replication.hasPrimary()
                        && now - lastExpiry >= interval;
        if (due) {
            lastExpiry = now;
            new Expiry(engine).pass();
        }
    }

    @Override
    public synchronized void close() {
        running = false;
        engine.close();
    }
}
