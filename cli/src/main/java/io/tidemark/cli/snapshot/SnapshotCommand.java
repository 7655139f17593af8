package io.tidemark.cli.snapshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.capture.control.OperationCommands;
import io.tidemark.capture.operation.ControlCommand;
import io.tidemark.capture.operation.OperationId;
import io.tidemark.capture.operation.OperationKind;
import io.tidemark.capture.snapshot.SnapshotRequest;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.CommonOptions;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.JsonOption;
import io.tidemark.cli.MibPerSecond;
import io.tidemark.cli.kafka.KafkaOptions;
import io.tidemark.cli.kafka.KafkaPlace;
import io.tidemark.cli.operation.OperationAnswer;
import io.tidemark.cli.operation.OperationFollower;
import io.tidemark.cli.operation.ReplicaSetBars;
import io.tidemark.schemas.layout.TopicNames;
import io.tidemark.schemas.model.ClusterName;
import io.tidemark.storage.base.BaseMethod;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark snapshot}. */
@Command(
        name = "snapshot",
        description =
                "Take a base snapshot of every replica set, from which restores can begin. The"
                        + " agents do it (tidemark capture with the setting 'bucket'): they agree"
                        + " among themselves who reads which replica set, away from primaries where"
                        + " they can, and go on for each other if one dies.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  tidemark snapshot --cluster shop --kafka kafka1:9092 --registry http://registry:8081"
                    + " --wait",
            "  tidemark snapshot --config capture.properties --cluster shop --cancel"
                    + " 20261120T020000Z-3f2a",
            "  tidemark snapshot --config capture.properties --cluster shop --max-mib-per-second"
                    + " 20",
            "",
            "Without --wait the answer comes when an agent has taken the command up; how it goes"
                    + " on",
            "shows in 'tidemark status'. Interrupting --wait does not end the snapshot."
        })
public final class SnapshotCommand implements Callable<ExitCode> {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** Longer than it takes others to see that a leader is dead and go on. */
    private static final Duration LEADER_SILENCE = Duration.ofMinutes(15);

    private final Context context;

    @Mixin private CommonOptions common;
    @Mixin private JsonOption output;
    @Mixin private KafkaOptions kafka;

    @Option(
            names = "--cluster",
            required = true,
            paramLabel = "NAME",
            description = "The cluster's name in the archive.")
    private ClusterName cluster;

    @Option(names = "--wait", description = "Wait for the end, and show how far it is.")
    private boolean wait;

    @Option(
            names = "--max-mib-per-second",
            paramLabel = "N",
            converter = MibPerSecond.Converter.class,
            description =
                    "Read no faster than this from each replica set, in MiB of BSON. Default: as"
                            + " fast as it goes; the agents' snapshot.bytes.per.second holds beside"
                            + " it.")
    private MibPerSecond rate;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "auto",
            description =
                    "snapshot: documents as of one cluster time, MongoDB 5.0 and later; fuzzy: a"
                            + " scan while writes go on, any version. Restores are exact after"
                            + " both. auto: by the servers' version. Default: ${DEFAULT-VALUE}.")
    private Method method;

    @Option(
            names = "--cancel",
            paramLabel = "ID",
            description = "End the snapshot of that id, which goes on, instead of beginning one.")
    private String cancel;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "For how long an agent may say nothing before the command is taken back."
                            + " Default: ${DEFAULT-VALUE}.")
    private int patience;

    /** As the option has it. */
    private enum Method {
        AUTO(null),
        SNAPSHOT(BaseMethod.SNAPSHOT),
        FUZZY(BaseMethod.FUZZY);

        private final BaseMethod base;

        Method(BaseMethod base) {
            this.base = base;
        }
    }

    public SnapshotCommand(Context context) {
        this.context = context;
    }

    @Override
    public ExitCode call() {
        SnapshotRequest request =
                new SnapshotRequest(
                        Optional.ofNullable(method.base), rate == null ? 0 : rate.bytes());
        KafkaPlace place = kafka.required(context, "snapshot");
        TopicNames names = new TopicNames(cluster);
        Instant now = context.clock().instant();
        OperationId id = id(now);
        PrintStream words = context.console().words(output.json());
        try (OperationFollower follower = new OperationFollower(place, names, id.text());
                OperationCommands commands =
                        new OperationCommands(
                                names,
                                place.client(),
                                place.registry(),
                                System.getProperty("user.name", "tidemark"))) {
            if (!follower.isPossible()) {
                throw nobody("topic " + names.operations() + " does not exist");
            }
            if (cancel != null) {
                return cancel(id, follower, commands, words);
            }
            commands.begin(
                    new ControlCommand(
                            id, OperationKind.SNAPSHOT, request.parameters(), now.toEpochMilli()));
            awaitBegin(id, follower, commands);
            words.println("Snapshot " + id + " goes on.");
            if (wait) {
                awaitEnd(follower, words);
            } else {
                words.println("How far it is: tidemark status --cluster " + cluster + " …");
            }
            return answer(follower.last().orElseThrow(), now);
        }
    }

    private OperationId id(Instant now) {
        String fresh = ID.format(now) + "-" + UUID.randomUUID().toString().substring(0, 4);
        try {
            return new OperationId(cancel == null ? fresh : cancel);
        } catch (IllegalArgumentException wrong) {
            throw new CommandFailure(ExitCode.USAGE, "--cancel: " + wrong.getMessage(), wrong);
        }
    }

    private ExitCode cancel(
            OperationId id,
            OperationFollower follower,
            OperationCommands commands,
            PrintStream words) {
        if (!follower.await(answer -> true, Duration.ofSeconds(5), answer -> {})) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--cancel " + id + ": no agent has told of such an operation.");
        }
        commands.cancel(id, context.clock().millis());
        if (!follower.await(OperationAnswer::isOver, Duration.ofSeconds(patience), a -> {})) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "No agent ended "
                            + id
                            + " within "
                            + patience
                            + " s; 'tidemark status' tells.");
        }
        OperationAnswer last = follower.last().orElseThrow();
        words.println(id + " is " + last.operation().getPhase() + ".");
        if (output.json()) {
            context.console().document(last.json());
        }
        return ExitCode.DONE;
    }

    /** Nothing may begin behind the back of somebody who was told that nobody answers. */
    private void awaitBegin(
            OperationId id, OperationFollower follower, OperationCommands commands) {
        boolean begun =
                follower.await(
                        answer -> answer.isBegun() || answer.isOver(),
                        Duration.ofSeconds(patience),
                        answer -> {});
        if (!begun) {
            commands.cancel(id, context.clock().millis());
            throw nobody(
                    follower.last()
                            .map(SnapshotCommand::whyWaiting)
                            .orElse("none has said anything"));
        }
    }

    private static String whyWaiting(OperationAnswer answer) {
        String why = answer.operation().getWhy();
        String unsuitable = answer.unsuitable();
        return (why == null ? "" : why + "; ")
                + (unsuitable.isEmpty() ? "no agent has taken the lead" : unsuitable);
    }

    private CommandFailure nobody(String why) {
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "No agent began the snapshot within "
                        + patience
                        + " s: "
                        + why
                        + ". The command was taken back. Agents need the setting 'bucket' to take"
                        + " snapshots, and a healthy member to read from; see the agents' logs.");
    }

    private void awaitEnd(OperationFollower follower, PrintStream words) {
        try (ReplicaSetBars bars = new ReplicaSetBars(context.console(), words)) {
            if (!follower.await(OperationAnswer::isOver, LEADER_SILENCE, bars::show)) {
                throw new CommandFailure(
                        ExitCode.UNREACHABLE,
                        "Nothing was heard of the snapshot for "
                                + LEADER_SILENCE.toMinutes()
                                + " minutes: no agent leads it any more. It is gone on with when"
                                + " agents run again; 'tidemark status' tells.");
            }
        }
    }

    private ExitCode answer(OperationAnswer answer, Instant began) {
        String phase = answer.operation().getPhase();
        if (phase.equals("refused")) {
            throw new CommandFailure(
                    ExitCode.LOCKED,
                    "The snapshot was not begun: "
                            + answer.operation().getWhy()
                            + ". Only one operation at a time; try again when it has ended.");
        }
        if (answer.isOver() && !phase.equals("done")) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "Snapshot %s was %s: %s It is no base and nothing rests on it."
                            .formatted(
                                    answer.operation().getOperationId(),
                                    phase.equals("failed") ? "given up" : phase,
                                    sentence(answer.operation().getWhy())));
        }
        ObjectNode json = answer.json();
        json.put("seconds", Duration.between(began, context.clock().instant()).toMillis() / 1000.0);
        if (answer.isOver()) {
            context.console()
                    .words(output.json())
                    .printf(
                            "Done: %s documents, %s bytes; restores can begin with it from %s"
                                    + " on.%n",
                            answer.operation().getFacts().get("documents"),
                            answer.operation().getFacts().get("rawBytes"),
                            answer.operation().getFacts().get("usableFrom"));
        }
        if (output.json()) {
            context.console().document(json);
        }
        return ExitCode.DONE;
    }

    /** Whys are words of another's, or whole messages. */
    private static String sentence(String why) {
        return why.endsWith(".") ? why : why + ".";
    }
}
