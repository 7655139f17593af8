package io.tidemark.cli.restore;

import io.tidemark.cli.Context;
import io.tidemark.cli.Settings;
import io.tidemark.restore.Placement;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Into which servers a restore goes. */
final class TargetOptions {
    /** {@code config} always means the config servers, whatever their replica set is called. */
    static final String CONFIG_SERVERS = "config";

    private static final Pattern USER =
            Pattern.compile("(mongodb(?:\\+srv)?://)([^:@/]+)(:[^@/]*)?(@.*)");

    @Option(
            names = "--target",
            paramLabel = "RS=URI",
            description =
                    "Where a replica set of the archive is restored to: its name, '=', a MongoDB"
                        + " URI of the new replica set. Repeat it for each; 'config' means the"
                        + " config servers. A password is not put here but into target.RS.password"
                        + " of --config, or TIDEMARK_TARGET_RS_PASSWORD.")
    private Map<String, String> targets = new LinkedHashMap<>();

    @Option(
            names = "--map",
            paramLabel = "OLD=NEW",
            description =
                    "Gives a shard another id in the restored cluster: its id in the archive, or"
                        + " the name of its replica set there, '=', the new id. Repeat it for each;"
                        + " others keep theirs.")
    private Map<String, String> shardIds = new LinkedHashMap<>();

    @Option(
            names = "--add-shard",
            paramLabel = "ID=URI",
            description =
                    "Registers an empty replica set as a further shard of the restored cluster."
                            + " Chunks lie as they did; repeat it for each. Its password is"
                            + " target.ID.password.")
    private Map<String, String> added = new LinkedHashMap<>();

    /** Where the restored cluster differs from the archive's; it holds secrets. */
    Placement placement(Context context) {
        Map<String, String> uris = new TreeMap<>();
        added.forEach(
                (id, uri) -> {
                    warnOfPassword(context, id, uri);
                    uris.put(id, withPassword(context.settings(), id, uri));
                });
        return new Placement(shardIds, uris);
    }

    /**
     * Targets of flags and configuration file, passwords filled in.
     *
     * @return URIs by replica set name; they hold secrets, so they are never printed
     */
    Map<String, String> resolve(Context context) {
        Map<String, String> all = new TreeMap<>();
        context.settings()
                .under("target.")
                .forEach(
                        (name, uri) -> {
                            if (!name.endsWith(".password")) {
                                all.put(name, uri);
                            }
                        });
        targets.forEach(
                (name, uri) -> {
                    warnOfPassword(context, name, uri);
                    all.put(name, uri);
                });
        all.replaceAll((name, uri) -> withPassword(context.settings(), name, uri));
        return all;
    }

    private static void warnOfPassword(Context context, String name, String uri) {
        Matcher parts = USER.matcher(uri);
        if (parts.matches() && parts.group(3) != null) {
            context.console()
                    .err()
                    .println(
                            "tidemark: the password in --target "
                                    + name
                                    + " can be seen by every user of this machine; put it into "
                                    + Settings.variable("target." + name + ".password")
                                    + " instead");
        }
    }

    private static String withPassword(Settings settings, String name, String uri) {
        Matcher parts = USER.matcher(uri);
        if (!parts.matches() || parts.group(3) != null) {
            return uri;
        }
        Optional<String> password = settings.get("target." + name + ".password");
        return password.map(
                        secret ->
                                parts.group(1)
                                        + parts.group(2)
                                        + ":"
                                        + URLEncoder.encode(secret, StandardCharsets.UTF_8)
                                                .replace("+", "%20")
                                        + parts.group(4))
                .orElse(uri);
    }
}
