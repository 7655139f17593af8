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
    /**
     * @param path where the value stands, for people
     * @param shapes those with names
     * @param differences what differs is added to them
     */
    void compare(
            String path, JsonNode value, Map<String, JsonShape> shapes, List<String> differences);

    /** A string, a number, a truth, or a list of them. */
    record Plain() implements JsonShape {
        @Override
        public void compare(
                String path,
                JsonNode value,
                Map<String, JsonShape> shapes,
                List<String> differences) {
            boolean plain = value.isValueNode();
            if (value.isArray()) {
                plain = true;
                for (JsonNode each : value) {
                    plain &= each.isValueNode();
                }
            }
            if (!plain) {
                differences.add(path + " holds more than the contract tells: " + value);
            }
        }
    }

    /** Another one's, by its name. */
    record Named(String name) implements JsonShape {
        @Override
        public void compare(
                String path,
                JsonNode value,
                Map<String, JsonShape> shapes,
                List<String> differences) {
            if (!name.equals("any")) {
                Optional.ofNullable(shapes.get(name))
                        .orElseThrow(() -> new IllegalStateException("no shape '" + name + "'"))
                        .compare(path, value, shapes, differences);
            }
        }
    }

    /** A list of documents. */
    record Listed(JsonShape element) implements JsonShape {
        @Override
        public void compare(
                String path,
                JsonNode value,
                Map<String, JsonShape> shapes,
                List<String> differences) {
            if (!value.isArray() && !value.isNull()) {
                differences.add(path + " is no list: " + value);
            }
            value.forEach(each -> element.compare(path + "[]", each, shapes, differences));
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
        public void compare(
                String path,
                JsonNode value,
                Map<String, JsonShape> shapes,
                List<String> differences) {
            if (value.isNull()) {
                return;
            } else if (!value.isObject()) {
                differences.add(path + " is no document: " + value);
                return;
            }
            Optional<String> anyKey = fields.keySet().stream().filter(Fields::isData).findFirst();
            value.fields()
                    .forEachRemaining(
                            field -> {
                                String at = path + "." + field.getKey();
                                JsonShape shape =
                                        anyKey.map(fields::get)
                                                .orElseGet(() -> fields.get(field.getKey()));
                                if (shape == null) {
                                    differences.add(at + " is not in the contract");
                                } else {
                                    shape.compare(at, field.getValue(), shapes, differences);
                                }
                            });
            fields.keySet().stream()
                    .filter(name -> !isData(name) && !optional.contains(name) && !value.has(name))
                    .forEach(name -> differences.add(path + "." + name + " is missing"));
        }

        private static boolean isData(String name) {
            return name.equals(name.toUpperCase(java.util.Locale.ROOT));
        }
    }

    /** One of several; what differs is told of the one that differs least. */
    record OneOf(List<JsonShape> shapes) implements JsonShape {
        @Override
        public void compare(
                String path,
                JsonNode value,
                Map<String, JsonShape> named,
                List<String> differences) {
            shapes.stream()
                    .map(
                            shape -> {
                                List<String> own = new ArrayList<>();
                                shape.compare(path, value, named, own);
                                return own;
                            })
                    .min(Comparator.comparing(List::size))
                    .ifPresent(differences::addAll);
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
