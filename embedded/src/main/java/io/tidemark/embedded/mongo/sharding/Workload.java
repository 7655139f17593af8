package io.tidemark.embedded.mongo.sharding;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Users and operators of a cluster, as a row of actions that a seed decides: documents with nested
 * fields and arrays, deletes and inserts of the same {@code _id}, unique keys that change hands,
 * transfers between accounts whose sum stays, large transactions, retries, DDL, migrations with
 * everything else going on, elections. One thread; each action is a method, so that a simulation
 * can weave it into other work. With a clock moved by hand the same seed does the same.
 */
public final class Workload {
    private record Action(int weight, Runnable work) {}

    private final Random random;
    private final SimulatedCluster cluster;
    private final OrderActions orders;
    private final AccountActions accounts;
    private final CatalogActions catalog;
    private final OperatorActions operators;
    private final List<Action> actions = new ArrayList<>();
    private int totalWeight;

    public Workload(SimulatedCluster cluster, long seed) {
        this.cluster = cluster;
        this.random = new Random(seed);
        WorkloadClient client = new WorkloadClient(cluster, random);
        this.orders = new OrderActions(client);
        this.accounts = new AccountActions(client);
        this.catalog = new CatalogActions(client);
        this.operators = new OperatorActions(cluster, client);
        weigh();
    }

    private void weigh() {
        add(20, this::insertOrders);
        add(25, this::updateOrder);
        add(6, this::replaceOrder);
        add(3, this::updateManyOrders);
        add(6, this::deleteOrder);
        add(6, this::reinsertOrder);
        add(4, this::retryInsert);
        add(10, this::beginTransfer);
        add(15, this::advanceTransfer);
        add(4, this::largeTransaction);
        add(4, this::swapUniqueKeys);
        add(3, this::createCollection);
        add(4, this::fillCollection);
        add(2, this::dropCollection);
        add(2, this::renameCollection);
        add(2, this::modifyCollection);
        add(2, this::buildIndex);
        add(1, this::dropIndex);
        add(3, this::beginMigration);
        add(20, this::advanceMigration);
        add(1, this::abortMigration);
        add(1, this::splitChunk);
        add(2, this::deleteLeftOvers);
        add(1, this::elect);
    }

    private void add(int weight, Runnable work) {
        actions.add(new Action(weight, work));
        totalWeight += weight;
    }

    /** Databases, sharded collections, accounts: what the actions work on. Call once. */
    public Workload prepare() {
        orders.prepare();
        accounts.prepare();
        catalog.prepare();
        return this;
    }

    /** One action of the seed's choice. */
    public void step() {
        int chosen = random.nextInt(totalWeight);
        for (Action action : actions) {
            chosen -= action.weight();
            if (chosen < 0) {
                action.work().run();
                return;
            }
        }
    }

    public void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
    }

    /** Brings everything that is under way to its end, and writes a noop everywhere. */
    public void settle() {
        accounts.settle();
        operators.settle();
        cluster.noopEverywhere();
    }

    public void insertOrders() {
        orders.insert();
    }

    public void updateOrder() {
        orders.update();
    }

    public void replaceOrder() {
        orders.replace();
    }

    public void updateManyOrders() {
        orders.updateMany();
    }

    public void deleteOrder() {
        orders.delete();
    }

    /** Deletes an order and inserts one of the same id, maybe on another shard. */
    public void reinsertOrder() {
        orders.reinsert();
    }

    /** A retryable insert of several documents, sent twice. */
    public void retryInsert() {
        orders.retryInsert();
    }

    /** Moves money between two accounts in a transaction; it commits in later steps. */
    public void beginTransfer() {
        accounts.begin();
    }

    /** Takes one step of a commit that is under way. */
    public void advanceTransfer() {
        accounts.advance();
    }

    /** A transaction of more operations than fit one oplog entry. */
    public void largeTransaction() {
        accounts.large();
    }

    /** What all accounts hold together, at any time. */
    public long balanceOfAllAccounts() {
        return accounts.sum();
    }

    public void swapUniqueKeys() {
        catalog.swapUniqueKeys();
    }

    public void createCollection() {
        catalog.create();
    }

    public void fillCollection() {
        catalog.fill();
    }

    public void dropCollection() {
        catalog.drop();
    }

    public void renameCollection() {
        catalog.rename();
    }

    public void modifyCollection() {
        catalog.modify();
    }

    public void buildIndex() {
        catalog.buildIndex();
    }

    public void dropIndex() {
        catalog.dropIndex();
    }

    public void beginMigration() {
        operators.beginMigration();
    }

    public void advanceMigration() {
        operators.advanceMigration();
    }

    public void abortMigration() {
        operators.abortMigration();
    }

    public void splitChunk() {
        operators.split();
    }

    /** Runs a range deletion, due or not. */
    public void deleteLeftOvers() {
        operators.deleteLeftOvers();
    }

    /** Makes another member of a shard primary, where it has others. */
    public void elect() {
        operators.elect();
    }

    /** The accident of the demo: all orders gone. */
    public void dropOrders() {
        accounts.settle();
        operators.settle();
        orders.dropAll();
    }
}
