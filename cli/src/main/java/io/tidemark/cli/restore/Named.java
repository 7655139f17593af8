package io.tidemark.cli.restore;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A value of an option that is given once for each name: {@code NAME=VALUE}. */
record Named(String name, String value) {

    static final class Converter implements ITypeConverter<Named> {
        @Override
        public Named convert(String text) {
            int end = text.indexOf('=');
            if (end <= 0) {
                throw new TypeConversionException("'" + text + "' is not NAME=VALUE");
            }
            return new Named(text.substring(0, end), text.substring(end + 1));
        }
    }

    /**
     * @throws CommandFailure if a name was given twice: one of its values would go unused
     */
    static Map<String, String> once(String option, List<Named> values) {
        Map<String, String> all = new TreeMap<>();
        for (Named each : values) {
            if (all.put(each.name(), each.value()) != null) {
                throw new CommandFailure(
                        ExitCode.USAGE, option + " is given twice for " + each.name() + ".");
            }
        }
        return all;
    }
}
