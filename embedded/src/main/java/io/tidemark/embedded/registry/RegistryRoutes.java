package io.tidemark.embedded.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which call does what; answers are what becomes JSON. Facts: Confluent documentation, "Schema
 * Registry API".
 */
final class RegistryRoutes {
    private final Registrations registrations;

    RegistryRoutes(Registrations registrations) {
        this.registrations = registrations;
    }

    Object answer(RegistryRequest request) {
        if (request.parts().isEmpty()) {
            return Map.of();
        }
        return switch (request.parts().get(0)) {
            case "subjects" -> subjects(request);
            case "schemas" -> schemas(request);
            case "config" -> config(request);
            case "mode" -> mode(request);
            case "compatibility" -> compatibility(request);
            default -> throw notFound();
        };
    }

    private Object subjects(RegistryRequest request) {
        if (request.is("GET subjects")) {
            return registrations.subjects();
        }
        if (request.parts().size() < 2) {
            throw notAllowed();
        }
        String subject = request.parts().get(1);
        if (request.is("POST subjects/*")) {
            return described(registrations.lookup(subject, request.schema()));
        } else if (request.is("DELETE subjects/*")) {
            return registrations.delete(subject);
        } else if (request.is("GET subjects/*/versions")) {
            return registrations.versions(subject);
        } else if (request.is("POST subjects/*/versions")) {
            return Map.of("id", registrations.register(subject, request.schema()).id());
        } else if (request.is("GET subjects/*/versions/*")) {
            return described(registrations.version(subject, request.parts().get(3)));
        } else if (request.is("GET subjects/*/versions/*/schema")) {
            return new RawJson(registrations.version(subject, request.parts().get(3)).schema());
        }
        throw request.parts().size() <= 4 ? notAllowed() : notFound();
    }

    private Object schemas(RegistryRequest request) {
        if (request.is("GET schemas/types")) {
            return List.of("AVRO");
        } else if (request.is("GET schemas/ids/*")) {
            return Map.of("schema", registrations.byId(id(request)));
        } else if (request.is("GET schemas/ids/*/schema")) {
            return new RawJson(registrations.byId(id(request)));
        } else if (request.is("GET schemas/ids/*/subjects")) {
            return registrations.versionsOf(id(request)).stream()
                    .map(Registrations.Version::subject)
                    .distinct()
                    .toList();
        } else if (request.is("GET schemas/ids/*/versions")) {
            return registrations.versionsOf(id(request)).stream()
                    .map(RegistryRoutes::place)
                    .toList();
        }
        throw notFound();
    }

    private Object config(RegistryRequest request) {
        String subject = subjectOrGlobal(request);
        if (request.method().equals("PUT")) {
            registrations.setLevel(subject, request.field("compatibility"));
            return Map.of("compatibility", registrations.level(subject, true));
        } else if (request.method().equals("GET")) {
            boolean orGlobal = request.isSet("defaultToGlobal");
            return Map.of("compatibilityLevel", registrations.level(subject, orGlobal));
        }
        throw notAllowed();
    }

    private Object mode(RegistryRequest request) {
        String subject = subjectOrGlobal(request);
        if (request.method().equals("PUT")) {
            registrations.setMode(subject, request.field("mode"));
        } else if (!request.method().equals("GET")) {
            throw notAllowed();
        }
        return Map.of("mode", registrations.mode(subject, request.isSet("defaultToGlobal")));
    }

    private Object compatibility(RegistryRequest request) {
        Optional<String> version;
        if (request.is("POST compatibility/subjects/*/versions/*")) {
            version = Optional.of(request.parts().get(4));
        } else if (request.is("POST compatibility/subjects/*/versions")) {
            version = Optional.empty();
        } else {
            throw notFound();
        }
        List<String> objections =
                registrations.objections(request.parts().get(2), version, request.schema());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("is_compatible", objections.isEmpty());
        if (request.isSet("verbose")) {
            answer.put("messages", objections);
        }
        return answer;
    }

    private static String subjectOrGlobal(RegistryRequest request) {
        if (request.parts().size() > 2) {
            throw notFound();
        }
        return request.parts().size() == 1 ? Registrations.GLOBAL : request.parts().get(1);
    }

    private static int id(RegistryRequest request) {
        String id = request.parts().get(2);
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw notFound();
        }
    }

    private static Map<String, Object> described(Registrations.Version version) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("subject", version.subject());
        json.put("version", version.version());
        json.put("id", version.id());
        json.put("schema", version.schema());
        return json;
    }

    private static Map<String, Object> place(Registrations.Version version) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("subject", version.subject());
        json.put("version", version.version());
        return json;
    }

    private static Refusal notFound() {
        return Refusal.http(404, "Not Found");
    }

    private static Refusal notAllowed() {
        return Refusal.http(405, "Method Not Allowed");
    }

    /** JSON that is the answer itself. */
    record RawJson(String text) {}
}
