package io.tidemark.cli.timeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.schemas.model.RestoreWindow;
import java.util.ArrayList;
import java.util.List;

/** A line of characters that shows which part of a time lies in windows. */
public final class TimeBar {
    private static final int COLUMNS = 72;
    private static final double ALL = 0.999;
    private final double from;
    private final double to;

    public TimeBar(ClusterTime from, ClusterTime to) {
        this.from = seconds(from);
        this.to = Math.max(seconds(to), this.from + 1e-6);
    }

    /** {@code #} safe, {@code +} partly, {@code .} not. */
    public String of(List<RestoreWindow> windows) {
        double[] safe = new double[COLUMNS];
        for (RestoreWindow window : windows) {
            double first = column(window.earliest());
            double last = column(window.latest());
            for (int i = (int) Math.max(0, first); i < COLUMNS && i < last; i++) {
                safe[i] += Math.min(last, i + 1) - Math.max(first, i);
            }
        }
        StringBuilder bar = new StringBuilder("|");
        for (double share : safe) {
            bar.append(share >= ALL ? '#' : share > 0 ? '+' : '.');
        }
        return bar.append('|').toString();
    }

    /** The same of an answer's windows. */
    String of(JsonNode windows) {
        List<RestoreWindow> all = new ArrayList<>();
        for (JsonNode window : windows) {
            all.add(new RestoreWindow(time(window, "from"), time(window, "to")));
        }
        return of(all);
    }

    private double column(ClusterTime time) {
        return (seconds(time) - from) / (to - from) * COLUMNS;
    }

    private static double seconds(ClusterTime time) {
        return time.seconds() + time.increment() / 0x1p32;
    }

    private static ClusterTime time(JsonNode answer, String field) {
        return ClusterTime.parse(answer.path(field).asText()).orElse(ClusterTime.ZERO);
    }
}
