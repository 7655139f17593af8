package io.tidemark.cli.pbm;

import io.tidemark.cli.CommandFailure;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.backupfile.BucketFile;
import io.tidemark.storage.object.ObjectStore;
import io.tidemark.storage.object.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of such a bucket. Since version 2.11 a large one may be cut into {@code NAME}, {@code
 * NAME.pbmpart.1}, {@code NAME.pbmpart.2} and so on; here it is one file.
 */
record PbmBucket(ObjectStore store) {
    /** The folder of point-in-time recovery's oplog slices. */
    static final String SLICES = "pbmPitr";

    private static final String METADATA = ".pbm.json";
    private static final int SHOWN_FOLDERS = 5;
    private static final Pattern PART = Pattern.compile("(.*)\\.pbmpart\\.(\\d{1,9})");

    /**
     * What describes each backup: {@code NAME.pbm.json} at the top. None where only slices are
     * left.
     *
     * @throws CommandFailure if nothing at the top is of Percona Backup; below nothing was looked
     *     at then
     */
    List<BucketFile> metadata() {
        // One level only: a bucket may hold millions of files of physical backups below, and what
        // is no such bucket at all, anything.
        List<BucketFile> found =
                store.directlyBelow("").stream()
                        .filter(object -> object.key().endsWith(METADATA))
                        .map(object -> new BucketFile(store, List.of(object)))
                        .toList();
        if (found.isEmpty()) {
            requireSlices(store.folders(""));
        }
        return found;
    }

    private void requireSlices(List<String> folders) {
        if (folders.contains(SLICES)) {
            return;
        }
        List<String> shown = folders.subList(0, Math.min(SHOWN_FOLDERS, folders.size()));
        throw new CommandFailure(
                ExitCode.USAGE,
                store.describe()
                        + " holds no backup of Percona Backup for MongoDB: at its top there is"
                        + " neither NAME"
                        + METADATA
                        + " nor "
                        + SLICES
                        + "/. Give the folder or prefix that pbm writes to"
                        + " (storage.filesystem.path; storage.s3.bucket with its prefix)."
                        + (shown.isEmpty()
                                ? ""
                                : " The folders there are "
                                        + String.join(", ", shown)
                                        + (folders.size() > shown.size() ? " and others." : ".")));
    }

    /** Empty if there is no such file, or none can have this name. */
    Optional<BucketFile> find(String key) {
        return head(key).map(first -> new BucketFile(store, withParts(first)));
    }

    private Optional<StoredObject> head(String key) {
        try {
            return store.head(key);
        } catch (IllegalArgumentException noKey) {
            // Names come from metadata, which may be damaged: no object is called so.
            return Optional.empty();
        }
    }

    private List<StoredObject> withParts(StoredObject first) {
        List<StoredObject> all = new ArrayList<>(List.of(first));
        for (int i = 1; ; i++) {
            Optional<StoredObject> next = store.head(first.key() + ".pbmpart." + i);
            if (next.isEmpty()) {
                return all;
            }
            all.add(next.get());
        }
    }

    /**
     * The files below a folder, by name in it.
     *
     * @param folder ends with a slash
     */
    Map<String, BucketFile> below(String folder) {
        Map<String, TreeMap<Integer, StoredObject>> parts = new TreeMap<>();
        try (Stream<StoredObject> objects = store.list(folder, "")) {
            objects.forEach(
                    object -> {
                        String name = object.key().substring(folder.length());
                        Matcher part = PART.matcher(name);
                        boolean further = part.matches();
                        parts.computeIfAbsent(further ? part.group(1) : name, n -> new TreeMap<>())
                                .put(further ? Integer.parseInt(part.group(2)) : 0, object);
                    });
        }
        Map<String, BucketFile> files = new TreeMap<>();
        parts.forEach((name, all) -> whole(all).ifPresent(p -> files.put(name, p)));
        return files;
    }

    /** A part without those before it is what a deletion left. */
    private Optional<BucketFile> whole(TreeMap<Integer, StoredObject> parts) {
        List<StoredObject> following = new ArrayList<>();
        while (parts.containsKey(following.size())) {
            following.add(parts.get(following.size()));
        }
        return following.isEmpty()
                ? Optional.empty()
                : Optional.of(new BucketFile(store, following));
    }
}
