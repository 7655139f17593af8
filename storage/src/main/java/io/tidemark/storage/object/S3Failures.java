package io.tidemark.storage.object;

import java.io.IOException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Turns the SDK's errors into what happened, and what to do. */
final class S3Failures {
    private final BucketUri.S3 place;

    S3Failures(BucketUri.S3 place) {
        this.place = place;
    }

    UnreachableException translate(String what, RuntimeException e) {
        return new UnreachableException(
                "Can't " + what + " in " + place + " (" + reason(e) + "). " + advice(e), e);
    }

    /** An answer that says that all is well, and that no S3 server gives. */
    UnreachableException noS3(String what, String answered) {
        return new UnreachableException(
                "Can't "
                        + what
                        + " in "
                        + place
                        + ": it was answered "
                        + answered
                        + ", so no S3 server answered. See that the endpoint is right, and that no"
                        + " proxy or login page stands before it; then run again.",
                null);
    }

    UnreachableException content(String key, IOException e) {
        return new UnreachableException(
                "Can't read again what was to be written as "
                        + key
                        + " ("
                        + e
                        + "). Look at the"
                        + " local disk, then run again.",
                e);
    }

    static String reason(Throwable e) {
        if (e instanceof S3Exception s3 && s3.awsErrorDetails() != null) {
            return s3.statusCode()
                    + " "
                    + s3.awsErrorDetails().errorCode()
                    + ": "
                    + s3.awsErrorDetails().errorMessage();
        }
        // What could not be read is told by the SDK without the reason.
        return StalledRequestException.in(e)
                .map(StalledRequestException::getMessage)
                .orElse(String.valueOf(e.getMessage()));
    }

    private String advice(RuntimeException e) {
        if (StalledRequestException.in(e).isPresent()) {
            return "Each of several attempts stood still, or nearly so: see how that server and the"
                    + " network to it are, then run again. A server that is only slow to answer is"
                    + " given longer by timeout=… in the bucket URI (it is "
                    + place.timeout().toMillis() / 1e3
                    + " s).";
        }
        if (e instanceof NoSuchBucketException) {
            return "There is no bucket " + place.bucket() + ": create it, or check --bucket.";
        }
        if (e instanceof S3Exception s3) {
            return advice(s3);
        }
        if (e instanceof SdkClientException
                && String.valueOf(e.getMessage()).contains("credential")) {
            return "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use a profile or role.";
        }
        if (e instanceof SdkClientException && String.valueOf(e.getMessage()).contains("region")) {
            return "Name the region in the bucket URI (?region=…) or set AWS_REGION.";
        }
        return "See that the endpoint is right and reachable from here, then run again.";
    }

    private String advice(S3Exception e) {
        return switch (e.statusCode()) {
            case 301, 307, 400 ->
                    "See that region and endpoint in the bucket URI are the bucket's own.";
            case 401, 403 ->
                    "The credentials are wrong, or may not do this: they need s3:GetObject,"
                            + " s3:PutObject and s3:ListBucket on this bucket (s3:DeleteObject for"
                            + " pruning).";
            case 404 -> "There is no bucket " + place.bucket() + ": create it, or check --bucket.";
            case 501 -> "This server does not know conditional puts: use one that does.";
            default -> "The server failed; run again when it is well.";
        };
    }
}
