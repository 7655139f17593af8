package io.tidemark.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What was built, as Maven wrote it down. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        Properties built = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/tidemark-version.properties")) {
            built.load(in);
        }
        return new String[] {
            "tidemark " + built.getProperty("version") + " (Java " + Runtime.version() + ")"
        };
    }
}
