package io.tidemark.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured where no rate beside a ceiling tells it.
 *
 * @param values by name, with the unit in the name
 * @param sentences what they say, for people
 */
record Figures(Map<String, Double> values, List<String> sentences) {
    Figures {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        sentences = List.copyOf(sentences);
    }

    Figures(Map<String, Double> values) {
        this(values, List.of());
    }

    /** Those of two measures, whose names differ. */
    Figures and(Figures more) {
        Map<String, Double> both = new LinkedHashMap<>(values);
        both.putAll(more.values);
        List<String> all = new ArrayList<>(sentences);
        all.addAll(more.sentences);
        return new Figures(both, all);
    }

    void words(PrintStream out) {
        sentences.forEach(out::println);
        values.forEach((name, value) -> out.printf("%-34s %s%n", name, rounded(value)));
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        values.forEach((name, value) -> json.put(name, rounded(value)));
        return json;
    }

    private static BigDecimal rounded(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        return value == Math.rint(value)
                ? exact.setScale(0, java.math.RoundingMode.UNNECESSARY)
                : exact.round(new MathContext(4)).stripTrailingZeros();
    }
}
