package io.tidemark.streams.fold;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.schemas.avro.WindowsRecord;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.registry.SchemaRegistry;
import io.tidemark.streams.signal.Signal;
import io.tidemark.streams.signal.SignalCodec;
import io.tidemark.timeline.TimelineFold;
import io.tidemark.timeline.event.TopologyEvent;
import io.tidemark.timeline.wire.WindowsContent;
import io.tidemark.timeline.wire.WindowsRecords;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of all replica sets to events and windows. Each signal that can change anything is logged
 * before the fold takes it in; a crash at any point finds the fold by snapshot and log.
 */
public final class FoldProcessor implements Processor<byte[], byte[], byte[], byte[]> {
    /** Children of this node. */
    public static final String EVENTS_SINK = "events";

    public static final String WINDOWS_SINK = "windows";
    private static final Logger LOGGER = LoggerFactory.getLogger(FoldProcessor.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final long FORGET_STEP_SECONDS = 3600;

    private final TopicNames names;
    private final SchemaRegistry registry;
    private final FoldSettings settings;
    private final Founding founding;
    private ProcessorContext<byte[], byte[]> context;
    private FoldStores stores;
    private Folding folding;
    private Map<String, WindowsRecord> published;
    private final Leaving leaving = new Leaving();
    private long firstMillis = -1;
    private boolean changed = true;

    public FoldProcessor(TopicNames names, SchemaRegistry registry, FoldSettings settings) {
        this.names = names;
        this.registry = registry;
        this.settings = settings;
        this.founding = new Founding(settings.members());
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> processorContext) {
        context = processorContext;
        stores = new FoldStores(context, names, registry);
        folding = stores.load();
        published = stores.published();
        LOGGER.atInfo()
                .addKeyValue("cluster", names.cluster())
                .addKeyValue("signals", stores.logged())
                .addKeyValue("parts", published.size())
                .log("Fold restored");
        context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
        context.schedule(
                settings.windowsInterval(),
                PunctuationType.WALL_CLOCK_TIME,
                now -> {
                    endRecords(now);
                    publish();
                });
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Signal signal = SignalCodec.read(record.value());
        if (folding.fold().isEmpty()) {
            founding.hear(signal);
        }
        if (folding.isNews(signal)) {
            take(signal);
            if (folding.fold().isEmpty()) {
                founding.certain().ifPresent(this::found);
            }
        }
        if (stores.logged() >= settings.snapshotSignals() && folding.fold().isPresent()) {
            tell();
            stores.snapshot(folding.snapshot());
        }
    }

    private void take(Signal signal) {
        stores.append(signal);
        for (String forgotten : folding.apply(signal)) {
            stores.forget(forgotten);
            forward(forgotten, null, EVENTS_SINK);
        }
        changed = true;
        if (folding.earlyCount() > settings.earlySignals()) {
            throw new MembersUnknownException(folding.earlyCount());
        }
    }

    private void found(Signal.Founded members) {
        LOGGER.atInfo()
                .addKeyValue("config", members.config())
                .addKeyValue("shards", members.shards())
                .log("The cluster's first members are known");
        take(members);
    }

    private void tick(long nowMillis) {
        if (folding.fold().isEmpty() && folding.earlyCount() > 0) {
            firstMillis = firstMillis < 0 ? nowMillis : firstMillis;
            if (nowMillis - firstMillis >= settings.settle().toMillis()) {
                founding.byRoles().ifPresent(this::found);
            }
        }
        tell();
    }

    private void tell() {
        for (TopologyEvent event : folding.tell()) {
            forward(event.id(), stores.tell(event), EVENTS_SINK);
        }
    }

    private void endRecords(long nowMillis) {
        folding.fold().ifPresent(fold -> leaving.silent(fold, nowMillis).forEach(this::take));
    }

    private void publish() {
        Optional<TimelineFold> fold = folding.fold();
        if (fold.isEmpty() || !changed) {
            return;
        }
        tell();
        forget(fold.get());
        Map<String, WindowsRecord> parts = WindowsRecords.parts(WindowsContent.of(fold.get()));
        for (WindowsRecords.Change change : WindowsRecords.changes(published, parts)) {
            forward(change.key(), stores.publish(change.key(), change.record()), WINDOWS_SINK);
        }
        published = parts;
        changed = false;
    }

    /** In steps of an hour of cluster time, so that windows don't change with every entry. */
    private void forget(TimelineFold fold) {
        long oldest = fold.archivedWatermark().at().seconds() - settings.retention().toSeconds();
        ClusterTime step = new ClusterTime(Math.max(0, oldest - oldest % FORGET_STEP_SECONDS), 0);
        if (step.isAfter(fold.remembered())) {
            take(new Signal.Forget(step));
        }
    }

    private void forward(String key, byte[] value, String child) {
        context.forward(
                new Record<>(key.getBytes(UTF_8), value, context.currentSystemTimeMs()), child);
    }
}
