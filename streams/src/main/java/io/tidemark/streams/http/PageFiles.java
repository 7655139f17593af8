package io.tidemark.streams.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files of the page and the API's description: read once, a fixed list. */
final class PageFiles {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String CSS = "text/css; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String YAML = "application/yaml; charset=utf-8";
    private static final String SVG = "image/svg+xml";

    /** Of one path. */
    record File(String type, byte[] bytes) {}

    private PageFiles() {}

    /** By path. */
    static Map<String, File> load() {
        Map<String, File> files = new LinkedHashMap<>();
        files.put("/", file(HTML, "page/index.html"));
        files.put("/page/style.css", file(CSS, "page/style.css"));
        files.put("/page/icon.svg", file(SVG, "page/icon.svg"));
        for (String script : new String[] {"main", "api", "time", "scene", "chart", "lists"}) {
            String name = "page/" + script + ".js";
            files.put("/" + name, file(SCRIPT, name));
        }
        files.put("/openapi.yaml", file(YAML, "openapi.yaml"));
        return files;
    }

    private static File file(String type, String name) {
        try (InputStream in = PageFiles.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing on the class path: a bug");
            }
            return new File(type, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + name + " on the class path", e);
        }
    }
}
