package io.tidemark.cli.kafka;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.schemas.config.ConfigReader;
import io.tidemark.schemas.registry.ConfluentRestRegistry;
import io.tidemark.schemas.registry.RegistryConfig;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** Where the services of a cluster talk to each other. */
public final class KafkaOptions {
    private static final String SERVERS = "bootstrap.servers";

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            description =
                    "Kafka's bootstrap servers; further client settings are the keys kafka.* of"
                            + " --config. Default: the key kafka.bootstrap.servers.")
    private String kafka;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description =
                    "The schema registry; its credentials are the keys registry.user,"
                            + " registry.password and registry.token. Default: the key"
                            + " registry.urls.")
    private String registry;

    /** Empty if Kafka is named nowhere. */
    public Optional<KafkaPlace> place(Context context) {
        Map<String, String> client = new TreeMap<>(context.settings().under("kafka."));
        context.settings()
                .get("kafka.bootstrap.servers")
                .ifPresent(servers -> client.put(SERVERS, servers));
        if (kafka != null) {
            client.put(SERVERS, kafka);
        }
        return client.containsKey(SERVERS)
                ? Optional.of(new KafkaPlace(client, new ConfluentRestRegistry(registry(context))))
                : Optional.empty();
    }

    /**
     * @param verb for the message
     * @throws CommandFailure if Kafka is named nowhere
     */
    public KafkaPlace required(Context context, String verb) {
        return place(context)
                .orElseThrow(
                        () ->
                                new CommandFailure(
                                        ExitCode.USAGE,
                                        verb
                                                + " needs --kafka HOST:PORT, or the key"
                                                + " kafka.bootstrap.servers of --config: agents"
                                                + " take commands and answer there."));
    }

    private RegistryConfig registry(Context context) {
        Map<String, String> values = new TreeMap<>();
        for (String key :
                new String[] {
                    "registry.urls", "registry.user", "registry.password", "registry.token"
                }) {
            context.settings().get(key).ifPresent(value -> values.put(key, value));
        }
        if (registry != null) {
            values.put("registry.urls", registry);
        }
        if (!values.containsKey("registry.urls")) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--kafka needs --registry URL, or the key registry.urls of --config: what is on"
                            + " the topics is written with its schemas.");
        }
        ConfigReader reader = new ConfigReader(values);
        RegistryConfig read = RegistryConfig.read(reader);
        reader.finish();
        return read;
    }
}
