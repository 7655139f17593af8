package io.tidemark.cli.service;

import io.tidemark.capture.CaptureConfig;
import io.tidemark.schemas.config.ConfigException;
import io.tidemark.sink.SinkConfig;
import io.tidemark.streams.StreamsConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The keys that services know, for verbs that are given one's file. */
public final class ServiceKeys {
    private ServiceKeys() {}

    /** Without those that are passed on to a client, such as Kafka's. */
    public static Set<String> all() {
        List<Consumer<Map<String, String>>> services =
                List.of(CaptureConfig::of, StreamsConfig::of, SinkConfig::of);
        Set<String> keys = new TreeSet<>();
        for (Consumer<Map<String, String>> service : services) {
            try {
                service.accept(Map.of());
                throw new IllegalStateException("a service needs no settings");
            } catch (ConfigException whatIsMissing) {
                keys.addAll(whatIsMissing.known());
            }
        }
        return keys;
    }
}
