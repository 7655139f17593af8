package io.tidemark.capture.operation;

import io.tidemark.schemas.model.ReplicaSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread per work. */
public final class ThreadTasks implements Tasks {
    private static final Logger LOGGER = LoggerFactory.getLogger(ThreadTasks.class);
    private final Map<OperationKind, OperationWork> works;

    public ThreadTasks(Map<OperationKind, OperationWork> works) {
        this.works = new EnumMap<>(OperationKind.class);
        this.works.putAll(works);
    }

    @Override
    public boolean canDo(OperationKind kind) {
        return works.containsKey(kind);
    }

    @Override
    public Running share(OperationKind kind, ReplicaSetTask task) {
        ReplicaSetWork work = works.get(kind).replicaSet();
        return start(kind.word() + "-" + task.replicaSet(), () -> work.run(task));
    }

    @Override
    public Running begin(OperationKind kind, LeaderTask task) {
        LeaderWork work = works.get(kind).leader();
        return start(kind.word() + "-begin", () -> work.begin(task));
    }

    @Override
    public Running complete(
            OperationKind kind,
            LeaderTask task,
            Map<String, String> plan,
            Map<ReplicaSet, Map<String, String>> facts) {
        LeaderWork work = works.get(kind).leader();
        return start(kind.word() + "-complete", () -> work.complete(task, plan, facts));
    }

    private interface Call {
        Map<String, String> run() throws InterruptedException;
    }

    private static Running start(String name, Call call) {
        WorkThread running = new WorkThread(name, call);
        running.thread.start();
        return running;
    }

    private static final class WorkThread implements Running {
        private final Call call;
        private final Thread thread;
        private volatile Ending ending;
        private volatile boolean stopped;

        WorkThread(String name, Call call) {
            this.call = call;
            this.thread = new Thread(this::run, name);
            thread.setDaemon(true);
        }

        @Override
        public Optional<Ending> ending() {
            return Optional.ofNullable(ending);
        }

        @Override
        public void stop() {
            stopped = true;
            thread.interrupt();
        }

        private void run() {
            try {
                ending = new Succeeded(call.run());
            } catch (InterruptedException e) {
                ending = new Broken("it was stopped", false, false);
            } catch (FencedException e) {
                ending = new Broken(e.getMessage(), false, false);
            } catch (OperationFailedException e) {
                ending = new Broken(e.getMessage(), true, true);
            } catch (RuntimeException | Error e) {
                ending = broken(e);
            }
        }

        private Broken broken(Throwable e) {
            if (!stopped) {
                LOGGER.atError()
                        .addKeyValue("work", thread.getName())
                        .setCause(e)
                        .log("Work of an operation ended with an error");
            }
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            return new Broken(message, false, !stopped);
        }
    }
}
