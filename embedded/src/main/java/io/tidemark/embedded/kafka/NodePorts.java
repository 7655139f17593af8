package io.tidemark.embedded.kafka;

import io.tidemark.embedded.net.LoopbackPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * The two ports of one node. They are kept next to the data, so that a cluster that is started
 * again has the bootstrap address its clients already know.
 *
 * @param client port for clients and for the other brokers
 * @param controller port of the metadata quorum
 */
record NodePorts(int client, int controller) {
    private static final String FILE = "ports.properties";

    NodePorts {
        requirePort("client", client);
        requirePort("controller", controller);
    }

    private static void requirePort(String what, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(what + " port is " + port + ", not 1 to 65535");
        }
    }

    /**
     * Ports of nodes 1 to {@code nodes}: those kept in {@code directory}, else free ones, which are
     * then kept.
     */
    static List<NodePorts> keptIn(Path directory, int nodes) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return keep(file, choose(nodes));
        }
        List<NodePorts> kept = read(file);
        if (kept.size() != nodes) {
            throw new IllegalArgumentException(
                    "%s was made for %d nodes, not %d: use the same number or another directory"
                            .formatted(directory, kept.size(), nodes));
        }
        return kept;
    }

    private static List<NodePorts> read(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        List<NodePorts> ports = new ArrayList<>();
        for (int node = 1; properties.containsKey("client." + node); node++) {
            ports.add(
                    new NodePorts(
                            Integer.parseInt(properties.getProperty("client." + node)),
                            Integer.parseInt(properties.getProperty("controller." + node))));
        }
        return ports;
    }

    private static List<NodePorts> keep(Path file, List<NodePorts> ports) throws IOException {
        Properties properties = new Properties();
        for (int i = 0; i < ports.size(); i++) {
            properties.setProperty("client." + (i + 1), Integer.toString(ports.get(i).client()));
            properties.setProperty(
                    "controller." + (i + 1), Integer.toString(ports.get(i).controller()));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
        return ports;
    }

    private static List<NodePorts> choose(int nodes) throws IOException {
        List<NodePorts> ports = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            ports.add(new NodePorts(LoopbackPort.free(), LoopbackPort.free()));
        }
        return ports;
    }
}
