package io.tidemark.cli.restore;

import io.tidemark.cli.ArchiveOptions;
import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.Context;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.Settings;
import io.tidemark.restore.Placement;
import io.tidemark.restore.Replacement;
import io.tidemark.restore.RestoreOptions;
import io.tidemark.restore.RestoreRequest;
import io.tidemark.restore.Safety;
import io.tidemark.restore.merge.MergedTarget;
import io.tidemark.restore.merge.Selection;
import io.tidemark.schemas.model.ClusterTime;
import io.tidemark.storage.object.ObjectStore;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Into which servers a restore goes. */
public final class TargetOptions {
    /** {@code config} always means the config servers, whatever their replica set is called. */
    static final String CONFIG_SERVERS = "config";

    private static final String TARGET = "--target";

    private static final Pattern USER =
            Pattern.compile("(mongodb(?:\\+srv)?://)([^:@/]+)(:[^@/]*)?(@.*)");

    @Option(
            names = TARGET,
            paramLabel = "RS=URI",
            converter = Named.Converter.class,
            description =
                    "Where a replica set of the archive is restored to: its name, '=', a MongoDB"
                        + " URI of the new replica set. Repeat it for each; 'config' means the"
                        + " config servers. Or 'merged' alone: one server, replica set or mongos"
                        + " that takes all shards' documents put together. A password is not put"
                        + " here but into target.RS.password of --config, or"
                        + " TIDEMARK_TARGET_RS_PASSWORD.")
    private List<Named> targets = new ArrayList<>();

    @Option(
            names = "--map",
            paramLabel = "OLD=NEW",
            converter = Named.Converter.class,
            description =
                    "Gives a shard another id in the restored cluster: its id in the archive, or"
                        + " the name of its replica set there, '=', the new id. Repeat it for each;"
                        + " others keep theirs.")
    private List<Named> shardIds = new ArrayList<>();

    @Option(
            names = "--add-shard",
            paramLabel = "ID=URI",
            converter = Named.Converter.class,
            description =
                    "Registers an empty replica set as a further shard of the restored cluster."
                            + " Chunks lie as they did; repeat it for each. Its password is"
                            + " target.ID.password.")
    private List<Named> added = new ArrayList<>();

    @ArgGroup(exclusive = false, multiplicity = "0..*")
    private List<Selected> selected = new ArrayList<>();

    @Option(
            names = "--replace",
            paramLabel = "NAME",
            split = ",",
            description =
                    "What of a target that holds data may go: databases, or collections as db.coll,"
                            + " separated by commas. Whatever is in the way must be named.")
    private Set<String> replaced = new TreeSet<>();

    @Option(
            names = "--keep-previous",
            description =
                    "With --replace: keeps what is in the way as tidemark_previous_… instead of"
                            + " dropping it, and the answer tells the way back. It is renamed; a"
                            + " replica set's own target copies it where the restore needs its"
                            + " UUID, which takes room.")
    private boolean keepsPrevious;

    /** One collection, or all of a database. */
    static final class Selected {
        @Option(
                names = "--ns",
                required = true,
                paramLabel = "DB.COLL",
                description =
                        "Restores this collection alone, or with db.* a whole database, from all"
                                + " shards into --target merged=URI, which may be a cluster in"
                                + " service. Repeat it for more.")
        private String ns;

        @Option(
                names = "--as",
                paramLabel = "NAME",
                description = "The name that the collection before it gets (db.* for db.*).")
        private String as;

        Selection selection() {
            try {
                return Selection.parse(ns, Optional.ofNullable(as));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.USAGE, e.getMessage());
            }
        }
    }

    /** Whether what is in the way is kept. */
    public boolean keepsPrevious() {
        return keepsPrevious;
    }

    /** Where the restored cluster differs from the archive's; it holds secrets. */
    public Placement placement(Context context) {
        Map<String, String> uris = new TreeMap<>();
        Map<String, String> further = Named.once("--add-shard", added);
        further.forEach(
                (id, uri) -> {
                    warnOfPassword(context, id, uri);
                    uris.put(id, withPassword(context.settings(), id, uri));
                });
        List<Selection> selections = selected.stream().map(Selected::selection).toList();
        requireUsable(selections, context);
        return new Placement(
                Named.once("--map", shardIds),
                uris,
                selections,
                new Replacement(replaced, keepsPrevious));
    }

    private void requireUsable(List<Selection> selections, Context context) {
        Optional<String> wrong = Optional.empty();
        boolean merged = isMerged(Named.once(TARGET, targets), context);
        if (!selections.isEmpty() && !merged) {
            wrong = Optional.of("--ns needs --target merged=URI: all shards' parts go there.");
        } else if (MergedTarget.meet(selections)) {
            wrong = Optional.of("Two collections would get one name: give others by --as.");
        } else if (keepsPrevious && replaced.isEmpty()) {
            wrong = Optional.of("--keep-previous needs --replace.");
        } else if (merged && !(shardIds.isEmpty() && added.isEmpty())) {
            wrong =
                    Optional.of(
                            "--target merged=URI makes no shards: leave out --map and"
                                    + " --add-shard.");
        }
        if (wrong.isPresent()) {
            throw new CommandFailure(ExitCode.USAGE, wrong.get());
        }
    }

    private static boolean isMerged(Map<String, String> flags, Context context) {
        return flags.containsKey(RestoreRequest.MERGED)
                || context.settings().get("target." + RestoreRequest.MERGED).isPresent();
    }

    /**
     * Targets of flags and configuration file, passwords filled in.
     *
     * @return URIs by replica set name; they hold secrets, so they are never printed
     */
    public Map<String, String> resolve(Context context) {
        Map<String, String> all = named(context);
        Named.once(TARGET, targets).forEach((name, uri) -> warnOfPassword(context, name, uri));
        all.replaceAll((name, uri) -> withPassword(context.settings(), name, uri));
        return all;
    }

    /** As they were written. */
    private Map<String, String> named(Context context) {
        Map<String, String> all = new TreeMap<>();
        // A target for all takes the place of those that a file names one by one.
        Map<String, String> flags = Named.once(TARGET, targets);
        boolean ofFile = !flags.containsKey(RestoreRequest.MERGED);
        context.settings()
                .under("target.")
                .forEach(
                        (name, uri) -> {
                            if (ofFile && !name.endsWith(".password")) {
                                all.put(name, uri);
                            }
                        });
        all.putAll(flags);
        if (all.containsKey(RestoreRequest.MERGED) && all.size() > 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "Targets are named for "
                            + all.keySet()
                            + ", but 'merged' takes all replica sets: name it alone, or each"
                            + " replica set's target without it.");
        }
        return all;
    }

    /**
     * To be called before anything is read.
     *
     * @throws CommandFailure if these options mean nothing together
     */
    void requireUsable(Context context) {
        named(context);
        Named.once("--add-shard", added);
        Named.once("--map", shardIds);
        requireUsable(selected.stream().map(Selected::selection).toList(), context);
    }

    /**
     * A restore into these targets.
     *
     * @param to the time to which they are brought; zero while that is open
     */
    public RestoreRequest request(
            Context context,
            ArchiveOptions archive,
            ObjectStore store,
            ClusterTime to,
            RestoreOptions options,
            Safety safety) {
        Map<String, String> uris = resolve(context);
        if (uris.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "No target is named. Give --target RS=URI for every replica set of the"
                            + " archive; tidemark plan lists them.");
        }
        return new RestoreRequest(
                store,
                archive.keys(),
                archive.cluster(),
                to,
                uris,
                options,
                safety,
                placement(context));
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
