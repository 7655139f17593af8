package io.tidemark.storage.object;

import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** One listing, a page of up to a thousand at a time. */
final class S3Pages {
    private final S3Client client;
    private final BucketUri.S3 place;
    private final S3Failures failures;
    private final String prefix;

    S3Pages(S3Client client, BucketUri.S3 place, S3Failures failures, String prefix) {
        this.client = client;
        this.place = place;
        this.failures = failures;
        this.prefix = prefix;
    }

    Stream<StoredObject> objects(String startAfter) {
        ListObjectsV2Request.Builder first = request();
        if (!startAfter.isEmpty()) {
            first.startAfter(startAfter);
        }
        return pages(first.build()).flatMap(page -> page.contents().stream()).map(this::object);
    }

    List<String> folders() {
        return pages(request().delimiter("/").build())
                .flatMap(page -> page.commonPrefixes().stream())
                .map(common -> common.prefix().substring(prefix.length()))
                .map(name -> name.substring(0, name.length() - 1))
                .toList();
    }

    List<StoredObject> directlyBelow() {
        return pages(request().delimiter("/").build())
                .flatMap(page -> page.contents().stream())
                .map(this::object)
                .toList();
    }

    private ListObjectsV2Request.Builder request() {
        return ListObjectsV2Request.builder().bucket(place.bucket()).prefix(prefix);
    }

    private StoredObject object(S3Object object) {
        return new StoredObject(object.key().substring(place.prefix().length()), object.size());
    }

    private Stream<ListObjectsV2Response> pages(ListObjectsV2Request first) {
        return Stream.iterate(fetch(first), page -> page != null, page -> next(first, page));
    }

    private ListObjectsV2Response next(ListObjectsV2Request first, ListObjectsV2Response page) {
        boolean more = Boolean.TRUE.equals(page.isTruncated());
        return more
                ? fetch(first.toBuilder().continuationToken(page.nextContinuationToken()).build())
                : null;
    }

    private ListObjectsV2Response fetch(ListObjectsV2Request request) {
        ListObjectsV2Response page;
        try {
            page = ToldRetries.asking("list " + prefix, () -> client.listObjectsV2(request));
        } catch (SdkException e) {
            throw failures.translate("list " + prefix, e);
        }
        if (page.name() == null && page.isTruncated() == null) {
            // Any other document reads as an empty listing: as if nothing were archived.
            throw failures.noS3("list " + prefix, "with something else than a listing");
        }
        return page;
    }
}
