package io.tidemark.embedded.kafka;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.ImageNameSubstitutor;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * The broker of the Kafka image under Testcontainers, for tests; needs {@code testcontainers-kafka}
 * on the class path, which the {@code tidemark} command does not have.
 *
 * <p>Testcontainers itself waits for minutes, and then fails, where an engine runs but an image is
 * neither there nor to be had, as in a closed network. {@link #whatIsMissing} tells that first.
 */
public final class KafkaInDocker implements AutoCloseable {
    private static final String IMAGE_PROPERTY = "tidemark.kafka.image";
    private static final int PULL_SECONDS = 180;

    private final KafkaContainer container;

    private KafkaInDocker(KafkaContainer container) {
        this.container = container;
    }

    /**
     * Why {@link #start} can't work here, and what to do; empty if it can. Pulls the images that
     * are not there: within seconds where the engine's registry can't be reached, three minutes at
     * most.
     */
    public static Optional<String> whatIsMissing() {
        try (DockerClient engine = engine()) {
            for (String image : images()) {
                Optional<String> problem = problem(engine, image);
                if (problem.isPresent()) {
                    return problem;
                }
            }
            return Optional.empty();
        } catch (IllegalStateException | IOException e) {
            return Optional.of(
                    "Skipped: no Docker engine here. Start one and run ./mvnw verify again");
        }
    }

    /** Starts a broker; returns when it can be used. */
    public static KafkaInDocker start() {
        KafkaContainer container = new KafkaContainer(kafkaImage());
        container.start();
        return new KafkaInDocker(container);
    }

    public String bootstrapServers() {
        return container.getBootstrapServers();
    }

    @Override
    public void close() {
        container.stop();
    }

    /** Of Testcontainers' own choice, yet before it starts anything. */
    private static DockerClient engine() {
        return DockerClientProviderStrategy.getClientForConfig(
                DockerClientFactory.instance().getTransportConfig());
    }

    private static String kafkaImage() {
        String image = System.getProperty(IMAGE_PROPERTY);
        if (image == null) {
            throw new IllegalStateException(
                    "The system property "
                            + IMAGE_PROPERTY
                            + " does not name the Kafka image; ./mvnw verify sets it");
        }
        return image;
    }

    /** Kafka's, and those that Testcontainers starts for itself. */
    private static List<String> images() {
        List<String> images = new ArrayList<>();
        TestcontainersConfiguration settings = TestcontainersConfiguration.getInstance();
        if (!Boolean.parseBoolean(System.getenv("TESTCONTAINERS_RYUK_DISABLED"))) {
            images.add(settings.getRyukImage());
        }
        boolean insideContainer = Files.exists(Path.of("/.dockerenv"));
        if (insideContainer && System.getenv("TESTCONTAINERS_HOST_OVERRIDE") == null) {
            images.add(settings.getTinyImage());
        }
        images.add(kafkaImage());
        return images.stream()
                .map(DockerImageName::parse)
                .map(ImageNameSubstitutor.instance()::apply)
                .map(DockerImageName::asCanonicalNameString)
                .toList();
    }

    private static Optional<String> problem(DockerClient engine, String image) {
        try {
            engine.inspectImageCmd(image).exec();
            return Optional.empty();
        } catch (NotFoundException e) {
            return pullProblem(engine, image);
        } catch (RuntimeException e) {
            return Optional.of(
                    "Skipped: the Docker engine does not answer (%s). Start it and run ./mvnw verify again"
                            .formatted(e.getMessage()));
        }
    }

    private static Optional<String> pullProblem(DockerClient engine, String image) {
        String why;
        try {
            boolean pulled =
                    engine.pullImageCmd(image)
                            .exec(new PullImageResultCallback())
                            .awaitCompletion(PULL_SECONDS, TimeUnit.SECONDS);
            if (pulled) {
                return Optional.empty();
            }
            why = "not done after " + PULL_SECONDS + " s";
        } catch (DockerException e) {
            why = e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "interrupted";
        }
        return Optional.of(
                "Skipped: Docker runs, but image %s is not there and can't be pulled (%s). Bring it into the engine (docker pull, or docker load on a closed network) and run ./mvnw verify again"
                        .formatted(image, why));
    }
}
