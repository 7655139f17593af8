package io.tidemark.cli.pbm;

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
    private static final String METADATA = ".pbm.json";
    private static final Pattern PART = Pattern.compile("(.*)\\.pbmpart\\.(\\d{1,9})");

    /** What describes each backup: {@code NAME.pbm.json} at the top. */
    List<BucketFile> metadata() {
        List<BucketFile> found = new ArrayList<>();
        // One level only: a bucket may hold millions of files of physical backups below.
        String startAfter = "";
        for (String folder : store.folders("")) {
            found.addAll(top(startAfter, folder));
            startAfter = folder + "/~";
        }
        found.addAll(top(startAfter, ""));
        return found;
    }

    private List<BucketFile> top(String startAfter, String before) {
        try (Stream<StoredObject> objects = store.list("", startAfter)) {
            return objects.takeWhile(o -> before.isEmpty() || !o.key().startsWith(before + "/"))
                    .filter(o -> o.key().endsWith(METADATA) && o.key().indexOf('/') < 0)
                    .map(object -> new BucketFile(store, List.of(object)))
                    .toList();
        }
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
