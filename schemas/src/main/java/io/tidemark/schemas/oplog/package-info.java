/**
 * One entry of {@code local.oplog.rs}, read from its raw bytes without decoding more than what
 * decides its way (fields and shapes: MongoDB's {@code db/repl/oplog_entry.idl} and mongo-tools'
 * {@code common/txn/meta.go}).
 */
package io.tidemark.schemas.oplog;
