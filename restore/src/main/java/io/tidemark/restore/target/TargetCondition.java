package io.tidemark.restore.target;

import io.tidemark.schemas.bson.RawDocument;
import io.tidemark.schemas.bson.RawElement;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a target is set up. All of it may be unknown: a server may not tell everybody.
 *
 * @param expiresDocuments its parameter {@code ttlMonitorEnabled}
 * @param featureVersion its featureCompatibilityVersion, such as {@code 7.0}
 * @param freeBytes of the volume that holds its data
 * @param balancer the document of its {@code config.settings} that says whether its cluster moves
 *     chunks; a cluster without one does
 * @param replicaSetId {@code settings.replicaSetId} of its replica set, in hex
 * @param clusterId of the cluster that it belongs to, in hex
 * @param router true for a mongos
 */
public record TargetCondition(
        Optional<Boolean> expiresDocuments,
        Optional<String> featureVersion,
        OptionalLong freeBytes,
        Optional<RawDocument> balancer,
        Optional<String> replicaSetId,
        Optional<String> clusterId,
        boolean router) {
    public static final TargetCondition UNKNOWN =
            new TargetCondition(
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    false);

    /** Without what names the replica set and its cluster. */
    TargetCondition withoutIds() {
        return new TargetCondition(
                expiresDocuments,
                featureVersion,
                freeBytes,
                balancer,
                Optional.empty(),
                Optional.empty(),
                router);
    }

    /** True unless the cluster's settings stop the balancer. */
    public boolean balances() {
        boolean stopped =
                balancer.flatMap(b -> b.find("stopped")).filter(RawElement::isTrue).isPresent();
        return !stopped && !balancer.flatMap(b -> b.string("mode")).orElse("full").equals("off");
    }
}
