package io.tidemark.bench;

import io.tidemark.embedded.s3.EmbeddedS3;
import java.nio.file.Path;

/** An S3 server in this process. */
final class S3 {
    private S3() {}

    static EmbeddedS3 start(Path folder) {
        System.setProperty("aws.accessKeyId", EmbeddedS3.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", EmbeddedS3.SECRET_KEY);
        EmbeddedS3 s3 = EmbeddedS3.in(folder.resolve("s3")).start();
        s3.createBucket("bench");
        return s3;
    }

    /** A bucket of its own for each round, as {@code --bucket} takes it. */
    static String bucket(EmbeddedS3 s3, String prefix) {
        return "s3://bench/"
                + prefix
                + "?endpoint="
                + s3.endpoint()
                + "&region="
                + EmbeddedS3.REGION
                + "&pathStyle=true";
    }
}
