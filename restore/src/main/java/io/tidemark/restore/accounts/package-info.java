/** Users and roles as of the restored time, beside those that the targets have of their own. */
package io.tidemark.restore.accounts;
