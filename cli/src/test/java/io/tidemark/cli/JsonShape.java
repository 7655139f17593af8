package io.tidemark.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a document looks: {@code {key, key?, key: {…}, key: [{…}], KEY: shape}}, a shape's name,
 * {@code any}, or one of several, with an empty line between them. A key in capitals stands for any
 * number of keys; what has nothing after it is a value, or a list of values.
 */
sealed interface JsonShape {
    /** Tells how a value differs. */
    void compare(Place place, JsonNode value);

    /** What differs from a shape, in words. */
    static List<String> differences(
            String path, JsonNode value, JsonShape shape, Map<String, JsonShape> shapes) {
        Place place = new Place(path, shapes, new ArrayList<>());
        shape.compare(place, value);
        return place.differences();
    }

    /**
     * Where a value stands.
     *
     * @param path for people
     * @param shapes those with names
     * @param differences what differs is added to them
     */
    record Place(String path, Map<String, JsonShape> shapes, List<String> differences) {
        private Place below(String name) {
            return new Place(path + name, shapes, differences);
        }

        private Place apart() {
            return new Place(path, shapes, new ArrayList<>());
        }

        private void differs(String how) {
            differences.add(path + how);
        }
    }

    /** A string, a number, a truth, or a list of them. */
    record Plain() implements JsonShape {
        @Override
        public void compare(Place place, JsonNode value) {
            boolean plain = value.isValueNode();
            if (value.isArray()) {
                plain = true;
                for (JsonNode each : value) {
                    plain &= each.isValueNode();
                }
            }
            if (!plain) {
                place.differs(" holds more than the contract tells: " + value);
            }
        }
    }

    /** Another one's, by its name. */
    record Named(String name) implements JsonShape {
        @Override
        public void compare(Place place, JsonNode value) {
            if (!name.equals("any")) {
                Optional.ofNullable(place.shapes().get(name))
                        .orElseThrow(() -> new IllegalStateException("no shape '" + name + "'"))
                        .compare(place, value);
            }
        }
    }

    /** A list of documents. */
    record Listed(JsonShape element) implements JsonShape {
        @Override
        public void compare(Place place, JsonNode value) {
            if (!value.isArray() && !value.isNull()) {
                place.differs(" is no list: " + value);
            }
            value.forEach(each -> element.compare(place.below("[]"), each));
        }
    }

    /**
     * A document.
     *
     * @param fields by name
     * @param optional the names of those that may be absent
     */
    record Fields(Map<String, JsonShape> fields, List<String> optional) implements JsonShape {
        @Override
        public void compare(Place place, JsonNode value) {
            if (value.isNull()) {
                return;
            } else if (!value.isObject()) {
                place.differs(" is no document: " + value);
                return;
            }
            Optional<String> anyKey = fields.keySet().stream().filter(Fields::isData).findFirst();
            value.fields()
                    .forEachRemaining(
                            field -> {
                                Place at = place.below("." + field.getKey());
                                JsonShape shape =
                                        anyKey.map(fields::get)
                                                .orElseGet(() -> fields.get(field.getKey()));
                                if (shape == null) {
                                    at.differs(" is not in the contract");
                                } else {
                                    shape.compare(at, field.getValue());
                                }
                            });
            fields.keySet().stream()
                    .filter(name -> !isData(name) && !optional.contains(name) && !value.has(name))
                    .forEach(name -> place.differs("." + name + " is missing"));
        }

        private static boolean isData(String name) {
            return name.equals(name.toUpperCase(java.util.Locale.ROOT));
        }
    }

    /** One of several; what differs is told of the one that differs least. */
    record OneOf(List<JsonShape> shapes) implements JsonShape {
        @Override
        public void compare(Place place, JsonNode value) {
            shapes.stream()
                    .map(
                            shape -> {
                                Place own = place.apart();
                                shape.compare(own, value);
                                return own.differences();
                            })
                    .min(Comparator.comparing(List::size))
                    .ifPresent(place.differences()::addAll);
        }
    }

    static JsonShape parse(String text) {
        List<JsonShape> shapes = new ArrayList<>();
        for (String one : text.split("\\n\\n")) {
            shapes.add(parseOne(one));
        }
        return shapes.size() == 1 ? shapes.get(0) : new OneOf(shapes);
    }

    private static JsonShape parseOne(String text) {
        Reader reader = new Reader(text);
        JsonShape shape = reader.shape();
        if (reader.at != reader.text.length()) {
            throw reader.wrong("the end");
        }
        return shape;
    }

    /** Reads the notation. */
    final class Reader {
        private final String text;
        private int at;

        private Reader(String text) {
            this.text = text.replaceAll("\\s", "");
        }

        private JsonShape shape() {
            if (accepts('{')) {
                return fields();
            } else if (accepts('[')) {
                JsonShape element = shape();
                require(']');
                return new Listed(element);
            }
            return new Named(name());
        }

        private JsonShape fields() {
            Map<String, JsonShape> fields = new LinkedHashMap<>();
            List<String> optional = new ArrayList<>();
            do {
                String name = name();
                if (accepts('?')) {
                    optional.add(name);
                }
                fields.put(name, accepts(':') ? shape() : new Plain());
            } while (accepts(','));
            require('}');
            return new Fields(fields, optional);
        }

        private String name() {
            int begin = at;
            while (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
                at++;
            }
            if (at == begin) {
                throw wrong("a name");
            }
            return text.substring(begin, at);
        }

        private boolean accepts(char wanted) {
            boolean there = at < text.length() && text.charAt(at) == wanted;
            at += there ? 1 : 0;
            return there;
        }

        private void require(char wanted) {
            if (!accepts(wanted)) {
                throw wrong("'" + wanted + "'");
            }
        }

        private IllegalArgumentException wrong(String wanted) {
            return new IllegalArgumentException(
                    "the notation needs " + wanted + " at " + at + " of " + text);
        }
    }
}
