package io.tidemark.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns whatever a verb threw into an exit code and words. The one place where exceptions of other
 * modules and of clients get their meaning for the operator.
 */
final class Failures {
    /** What an exception means: its exit code, and the words if not its own message. */
    record Meaning(ExitCode exitCode, String message) {}

    private record Rule(String type, ExitCode exitCode, Function<Throwable, String> words) {
        boolean fits(Throwable thrown) {
            for (Class<?> c = thrown.getClass(); c != null; c = c.getSuperclass()) {
                if (c.getName().equals(type)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final String CHECK =
            " Check that it runs, the address, the network between, and the credentials.";

    /**
     * By name, so that reporting a wrong option does not load three client libraries. First fit
     * from the outermost exception inwards.
     */
    private static final List<Rule> RULES =
            List.of(
                    own("io.tidemark.schemas.config.ConfigException", ExitCode.USAGE),
                    own(
                            "io.tidemark.schemas.registry.SchemaRegistryException",
                            ExitCode.UNREACHABLE),
                    own("io.tidemark.sink.consume.TopicsRefusedException", ExitCode.UNREACHABLE),
                    own("io.tidemark.storage.object.MissingKeyException", ExitCode.USAGE),
                    own(
                            "io.tidemark.storage.object.DamagedObjectException",
                            ExitCode.ARCHIVE_DAMAGED),
                    own("io.tidemark.storage.object.UnreachableException", ExitCode.UNREACHABLE),
                    own("io.tidemark.storage.object.FencedException", ExitCode.LOCKED),
                    own("io.tidemark.storage.turn.TurnHeldException", ExitCode.LOCKED),
                    own("io.tidemark.capture.operation.OperationHeldException", ExitCode.LOCKED),
                    own("io.tidemark.capture.operation.FencedException", ExitCode.LOCKED),
                    own("io.tidemark.storage.encryption.WrongKeyException", ExitCode.USAGE),
                    own(
                            "io.tidemark.capture.tail.SourceUnavailableException",
                            ExitCode.UNREACHABLE),
                    own("io.tidemark.capture.tail.SourceRefusedException", ExitCode.USAGE),
                    own(
                            "io.tidemark.capture.tail.DivergedHistoryException",
                            ExitCode.ARCHIVE_DAMAGED),
                    own(
                            "io.tidemark.capture.publish.TopicUnavailableException",
                            ExitCode.UNREACHABLE),
                    own("io.tidemark.capture.publish.TopicMisconfiguredException", ExitCode.USAGE),
                    own("io.tidemark.capture.publish.FencedException", ExitCode.LOCKED),
                    own("io.tidemark.restore.RestoreException$NotCovered", ExitCode.NOT_RESTORABLE),
                    own(
                            "io.tidemark.restore.RestoreException$TargetRefused",
                            ExitCode.TARGET_REFUSED),
                    own(
                            "io.tidemark.restore.RestoreException$ArchiveDamaged",
                            ExitCode.ARCHIVE_DAMAGED),
                    own("io.tidemark.restore.RestoreException$Held", ExitCode.LOCKED),
                    own("io.tidemark.restore.RestoreException$Unreachable", ExitCode.UNREACHABLE),
                    own(
                            "io.tidemark.restore.RestoreException$VerificationFailed",
                            ExitCode.DIFFERENCE),
                    unreachable("com.mongodb.MongoTimeoutException", "MongoDB can't be reached"),
                    unreachable("com.mongodb.MongoSocketException", "MongoDB can't be reached"),
                    unreachable(
                            "com.mongodb.MongoSecurityException",
                            "MongoDB refused the credentials"),
                    new Rule(
                            "com.mongodb.MongoConfigurationException",
                            ExitCode.USAGE,
                            e -> "The MongoDB URI can't be used: " + said(e)),
                    unreachable(
                            "org.apache.kafka.common.errors.TimeoutException",
                            "Kafka can't be reached"),
                    unreachable(
                            "org.apache.kafka.common.errors.AuthenticationException",
                            "Kafka refused the credentials"),
                    new Rule(
                            "org.apache.kafka.common.config.ConfigException",
                            ExitCode.USAGE,
                            e -> "Kafka's settings can't be used: " + said(e)),
                    unreachable(
                            "software.amazon.awssdk.core.exception.SdkException",
                            "The bucket can't be reached"),
                    unreachable("java.net.ConnectException", "A server can't be reached"),
                    unreachable("java.net.UnknownHostException", "A host name is unknown"));

    private Failures() {}

    /** The classes that the rules name. */
    static List<String> namedTypes() {
        return RULES.stream().map(Rule::type).toList();
    }

    /** Our modules' exceptions say in their messages all that the operator needs. */
    private static Rule own(String type, ExitCode exitCode) {
        return new Rule(type, exitCode, Throwable::getMessage);
    }

    private static Rule unreachable(String type, String what) {
        return new Rule(type, ExitCode.UNREACHABLE, e -> what + ": " + said(e) + CHECK);
    }

    static Meaning of(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            Optional<Meaning> known = known(t);
            if (known.isPresent()) {
                return known.get();
            }
        }
        String what = thrown instanceof IOException ? "An input or output failed" : "A bug";
        return new Meaning(
                ExitCode.BUG,
                what
                        + ": "
                        + thrown
                        + "\nRun again with --debug for the stack trace, and report it.");
    }

    private static Optional<Meaning> known(Throwable thrown) {
        if (thrown instanceof CommandFailure failure) {
            return Optional.of(new Meaning(failure.exitCode(), failure.getMessage()));
        }
        return RULES.stream()
                .filter(rule -> rule.fits(thrown))
                .findFirst()
                .map(rule -> new Meaning(rule.exitCode(), rule.words().apply(thrown)));
    }

    private static String said(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage()).strip();
        return message.endsWith(".") ? message : message + ".";
    }
}
