package io.tidemark.embedded.mongo.node;

/**
 * @param statement statement id of a retryable write, -1 if none
 * @param image which image a findAndModify must keep, or null
 */
record StatementOptions(
        boolean fromMigrate, boolean bypassValidation, int statement, String image) {
    static final StatementOptions PLAIN = new StatementOptions(false, false, -1, null);

    StatementOptions numbered(int number) {
        return new StatementOptions(fromMigrate, bypassValidation, number, image);
    }

    StatementOptions keeping(String kept) {
        return new StatementOptions(fromMigrate, bypassValidation, statement, kept);
    }
}
