package io.tidemark.embedded.mongo;

/** Error codes of MongoDB (base/error_codes.yml) that the simulated node answers with. */
public enum ErrorCode {
    InternalError(1),
    BadValue(2),
    NoSuchKey(4),
    HostUnreachable(6),
    FailedToParse(9),
    Unauthorized(13),
    TypeMismatch(14),
    InvalidLength(16),
    IllegalOperation(20),
    NamespaceNotFound(26),
    IndexNotFound(27),
    PathNotViable(28),
    ConflictingUpdateOperators(40),
    CursorNotFound(43),
    NamespaceExists(48),
    MaxTimeMSExpired(50),
    DollarPrefixedFieldName(52),
    CommandNotFound(59),
    WriteConcernFailed(64),
    MultipleErrorsOccurred(65),
    ImmutableField(66),
    CannotCreateIndex(67),
    IndexAlreadyExists(68),
    InvalidOptions(72),
    InvalidNamespace(73),
    IndexOptionsConflict(85),
    IndexKeySpecsConflict(86),
    OperationFailed(96),
    UnknownReplWriteConcern(79),
    UnsatisfiableWriteConcern(100),
    WriteConflict(112),
    CommandNotSupported(115),
    DocumentValidationFailure(121),
    OplogStartMissing(120),
    CappedPositionLost(136),
    CommandNotSupportedOnView(166),
    OptionNotSupportedOnView(167),
    PrimarySteppedDown(189),
    InvalidIndexSpecificationOption(197),
    InvalidUUID(207),
    StaleClusterTime(209),
    CannotImplicitlyCreateCollection(227),
    TransactionTooOld(225),
    TransactionCommitted(256),
    QueryPlanKilled(175),
    SnapshotTooOld(239),
    SnapshotUnavailable(246),
    NoSuchTransaction(251),
    OperationNotSupportedInTransaction(263),
    PreparedTransactionInProgress(267),
    TransactionTooLarge(257),
    IncompleteTransactionHistory(217),
    KeyNotFound(211),
    NoQueryExecutionPlans(291),
    OplogQueryMinTsMissing(326),
    NotWritablePrimary(10107),
    BSONObjectTooLarge(10334),
    DuplicateKey(11000),
    InterruptedAtShutdown(11600),
    Interrupted(11601),
    InterruptedDueToReplStateChange(11602),
    NotPrimaryNoSecondaryOk(13435),
    ApplyOpsUuidMismatch(3318200, "Location3318200"),
    InvalidDiff(4728000, "Location4728000"),
    UnknownField(40415, "Location40415"),
    MissingField(40414, "Location40414"),
    InvalidIdType(53, "InvalidIdField"),
    Location51075(51075),
    MinMaxIndex(51174, "Location51174"),
    MinNotBeforeMax(51175, "Location51175"),
    MinMaxFields(51176, "Location51176"),
    StageNotFirst(40602, "Location40602"),
    UpdateFormatRefused(4772600, "Location4772600");

    private final int code;
    private final String codeName;

    ErrorCode(int code) {
        this.code = code;
        this.codeName = name();
    }

    ErrorCode(int code, String codeName) {
        this.code = code;
        this.codeName = codeName;
    }

    public int code() {
        return code;
    }

    public String codeName() {
        return codeName;
    }
}
