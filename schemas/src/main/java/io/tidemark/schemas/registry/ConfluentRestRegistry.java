package io.tidemark.schemas.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.schemas.registry.RegistryHttp.Answer;
import io.tidemark.schemas.registry.SchemaRegistryException.Problem;
import java.net.URLEncoder;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * Client of any registry that speaks Confluent's REST API. Remembers ids and schemas, which never
 * change once given; failures, levels and what is not there are asked for again.
 */
public final class ConfluentRestRegistry implements SchemaRegistry {
    private static final int NO_SUBJECT = 40401;
    private static final int NO_VERSION = 40402;
    private static final int NO_SCHEMA = 40403;
    private static final int NO_LEVEL = 40408;

    private record Registration(String subject, Schema schema) {}

    private final RegistryHttp http;
    private final Map<Registration, Integer> ids = new ConcurrentHashMap<>();
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    public ConfluentRestRegistry(RegistryConfig config) {
        this(config, duration -> Thread.sleep(duration.toMillis()));
    }

    ConfluentRestRegistry(RegistryConfig config, RegistryHttp.Pause pause) {
        this.http = new RegistryHttp(config, pause);
    }

    @Override
    public int register(String subject, Schema schema) {
        Registration registration = new Registration(subject, schema);
        Integer known = ids.get(registration);
        if (known != null) {
            return known;
        }
        String what = "register a schema of subject '" + subject + "'";
        Answer answer = http.call("POST", path(subject) + "/versions", body(schema));
        if (answer.status() == 409) {
            throw new SchemaRegistryException(
                    Problem.INCOMPATIBLE,
                    ("The schema registry at %s does not accept this version's schema for subject"
                         + " '%s', as others could not read its records or it could not read"
                         + " theirs: %s. Run a version whose schema fits.")
                            .formatted(answer.url(), subject, answer.message()));
        }
        return remember(registration, id(answer, what));
    }

    @Override
    public OptionalInt lookup(String subject, Schema schema) {
        Registration registration = new Registration(subject, schema);
        Integer known = ids.get(registration);
        if (known != null) {
            return OptionalInt.of(known);
        }
        Answer answer = http.call("POST", path(subject), body(schema));
        if (answer.errorCode() == NO_SUBJECT || answer.errorCode() == NO_SCHEMA) {
            return OptionalInt.empty();
        }
        String what = "look up a schema of subject '" + subject + "'";
        return OptionalInt.of(remember(registration, id(answer, what)));
    }

    @Override
    public Schema byId(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        Answer answer = http.call("GET", "/schemas/ids/" + id, "");
        if (answer.errorCode() == NO_SCHEMA) {
            throw new SchemaRegistryException(
                    Problem.UNKNOWN,
                    ("The schema registry at %s has no schema %d. The records were written with"
                         + " another registry, or this one lost its data: give the URL of the"
                         + " registry that the writers use.")
                            .formatted(answer.url(), id));
        }
        requireOk(answer, "read schema " + id);
        Schema schema = parse(id, answer);
        schemas.put(id, schema);
        return schema;
    }

    @Override
    public void setCompatibility(String subject, Compatibility level) {
        String body =
                JsonNodeFactory.instance.objectNode().put("compatibility", level.name()).toString();
        requireOk(
                http.call("PUT", "/config/" + encoded(subject), body),
                "set the compatibility level of subject '" + subject + "'");
    }

    @Override
    public Optional<Compatibility> compatibility(String subject) {
        Answer answer = http.call("GET", "/config/" + encoded(subject), "");
        // Registries before Confluent Platform 7 say "no subject" for a subject without a level of
        // its own.
        if (answer.errorCode() == NO_LEVEL || answer.errorCode() == NO_SUBJECT) {
            return Optional.empty();
        }
        requireOk(answer, "read the compatibility level of subject '" + subject + "'");
        String level = answer.json().path("compatibilityLevel").asText();
        try {
            return Optional.of(Compatibility.valueOf(level));
        } catch (IllegalArgumentException e) {
            throw new SchemaRegistryException(
                    Problem.REFUSED,
                    "The schema registry at %s gives subject '%s' the compatibility level '%s', which is unknown here"
                            .formatted(answer.url(), subject, level),
                    e);
        }
    }

    @Override
    public boolean isCompatible(String subject, Schema schema) {
        String path = "/compatibility" + path(subject) + "/versions/latest";
        Answer answer = http.call("POST", path, body(schema));
        if (answer.errorCode() == NO_SUBJECT || answer.errorCode() == NO_VERSION) {
            return true;
        }
        requireOk(answer, "check a schema against subject '" + subject + "'");
        return answer.json().path("is_compatible").asBoolean();
    }

    private int remember(Registration registration, int id) {
        ids.put(registration, id);
        // Not into schemas by id: attributes that play no part in equality may differ from what the
        // registry holds.
        return id;
    }

    private static int id(Answer answer, String what) {
        requireOk(answer, what);
        if (!answer.json().path("id").isInt()) {
            throw new SchemaRegistryException(
                    Problem.REFUSED,
                    "%s answered a request to %s without an id: is it a schema registry?"
                            .formatted(answer.url(), what));
        }
        return answer.json().path("id").intValue();
    }

    private static Schema parse(int id, Answer answer) {
        String type = answer.json().path("schemaType").asText("AVRO");
        try {
            if (type.equals("AVRO")) {
                return new Schema.Parser().parse(answer.json().path("schema").asText());
            }
        } catch (SchemaParseException e) {
            throw new SchemaRegistryException(
                    Problem.REFUSED,
                    "Schema %d at %s can't be parsed: %s"
                            .formatted(id, answer.url(), e.getMessage()),
                    e);
        }
        throw new SchemaRegistryException(
                Problem.REFUSED,
                "Schema %d at %s is of type %s; Tidemark's topics hold Avro only"
                        .formatted(id, answer.url(), type));
    }

    private static void requireOk(Answer answer, String what) {
        if (answer.ok()) {
            return;
        }
        boolean credentials = answer.status() == 401 || answer.status() == 403;
        throw new SchemaRegistryException(
                credentials ? Problem.NOT_ALLOWED : Problem.REFUSED,
                "The schema registry at %s refused to %s: HTTP %d, code %d, %s.%s"
                        .formatted(
                                answer.url(),
                                what,
                                answer.status(),
                                answer.errorCode(),
                                answer.message(),
                                credentials ? " Check the credentials and their rights." : ""));
    }

    private static String body(Schema schema) {
        return JsonNodeFactory.instance.objectNode().put("schema", schema.toString()).toString();
    }

    private static String path(String subject) {
        return "/subjects/" + encoded(subject);
    }

    private static String encoded(String subject) {
        return URLEncoder.encode(subject, UTF_8).replace("+", "%20");
    }
}
