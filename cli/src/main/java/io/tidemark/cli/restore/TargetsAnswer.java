package io.tidemark.cli.restore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.ExitCode;
import io.tidemark.restore.Replacement;
import io.tidemark.restore.guard.TargetOutlook;
import io.tidemark.restore.previous.KeptCollection;
import io.tidemark.restore.target.TargetCondition;
import io.tidemark.restore.target.TargetFacts;
import io.tidemark.schemas.model.Counted;
import io.tidemark.schemas.model.Namespace;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** What a restore would find in its targets, in words and as JSON. */
record TargetsAnswer(List<TargetOutlook> outlooks, Replacement replacement) {
    private static final int EXAMPLES = 10;

    /** As a restore would end at this point. */
    ExitCode exitCode() {
        boolean refused = outlooks.stream().anyMatch(o -> !o.reasons().isEmpty());
        return refused ? ExitCode.TARGET_REFUSED : ExitCode.DONE;
    }

    void words(PrintStream out) {
        outlooks.forEach(outlook -> words(out, outlook));
    }

    private void words(PrintStream out, TargetOutlook outlook) {
        TargetFacts facts = outlook.facts();
        TargetCondition condition = facts.condition();
        out.printf(
                "  target %s for %s: MongoDB %s%s%s%s%n",
                facts.address(),
                outlook.place(),
                facts.serverVersion(),
                condition.featureVersion().map(v -> ", features of " + v).orElse(""),
                condition.router() ? ", a router" : "",
                condition.freeBytes().isPresent()
                        ? String.format(
                                ", %,d bytes free, at least %,d needed",
                                condition.freeBytes().getAsLong(), outlook.leastBytes())
                        : "");
        outlook.inTheWay().stream()
                .limit(EXAMPLES)
                .forEach(name -> out.printf("    %s %s%n", name, fateInWords(outlook, name)));
        int more = outlook.inTheWay().size() - EXAMPLES;
        if (more > 0) {
            out.printf("    … and %,d more%n", more);
        }
        copiesBeside(out, outlook, KeptCollection.How.METADATA, "config");
        copiesBeside(out, outlook, KeptCollection.How.ACCOUNTS, "users or roles");
        outlook.reasons().forEach(reason -> out.println("    REFUSED: " + reason));
    }

    private static void copiesBeside(
            PrintStream out, TargetOutlook outlook, KeptCollection.How how, String of) {
        long copies =
                outlook.kept().collections().stream().filter(kept -> kept.how() == how).count();
        if (copies > 0) {
            out.printf(
                    "    %s of %s would be copied aside%n", Counted.of(copies, "collection"), of);
        }
    }

    private String fateInWords(TargetOutlook outlook, Namespace name) {
        return switch (fate(name)) {
            case "kept" -> howInWords(outlook, name);
            case "replaced" -> "would be dropped";
            default -> "is in the way";
        };
    }

    private static String howInWords(TargetOutlook outlook, Namespace name) {
        Optional<KeptCollection> kept =
                outlook.kept().collections().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst();
        return switch (kept.map(KeptCollection::how).orElse(KeptCollection.How.RENAMED)) {
            case RENAMED -> "would be renamed aside";
            case DEFINED -> "would be dropped; the way back makes it anew";
            case COPIED, METADATA, ACCOUNTS, ABSENT ->
                    String.format("would be copied aside, %,d bytes", kept.orElseThrow().bytes());
        };
    }

    private static String word(KeptCollection.How how) {
        return switch (how) {
            case RENAMED -> "rename";
            case DEFINED -> "definition";
            case COPIED, METADATA, ACCOUNTS -> "copy";
            case ABSENT -> "nothing";
        };
    }

    private String fate(Namespace name) {
        if (!replacement.covers(name)) {
            return "inTheWay";
        }
        return replacement.keepsPrevious() ? "kept" : "replaced";
    }

    /** The field {@code targets} of a plan. */
    ObjectNode addTo(ObjectNode plan) {
        ArrayNode targets = plan.putArray("targets");
        for (TargetOutlook outlook : outlooks) {
            TargetFacts facts = outlook.facts();
            ObjectNode one =
                    targets.addObject()
                            .put("for", outlook.place())
                            .put("address", facts.address())
                            .put("version", facts.serverVersion())
                            .put("router", facts.condition().router());
            facts.condition().featureVersion().ifPresent(v -> one.put("featureVersion", v));
            facts.condition().freeBytes().ifPresent(bytes -> one.put("freeBytes", bytes));
            one.put("leastBytes", outlook.leastBytes());
            for (String fate : List.of("inTheWay", "replaced", "kept")) {
                ArrayNode names = one.putArray(fate);
                outlook.inTheWay().stream()
                        .filter(name -> fate(name).equals(fate))
                        .forEach(name -> names.add(name.toString()));
            }
            ObjectNode keeping = one.putObject("keeping");
            outlook.kept().collections().stream()
                    .filter(kept -> kept.how() != KeptCollection.How.ABSENT)
                    .forEach(
                            kept ->
                                    keeping.putObject(kept.name().toString())
                                            .put("how", word(kept.how()))
                                            .put("bytes", kept.bytes()));
            ArrayNode reasons = one.putArray("reasons");
            outlook.reasons().forEach(reasons::add);
        }
        return plan;
    }
}
