/** The verbs about times: to which the cluster can be restored, why not, and what happened when. */
package io.tidemark.cli.timeline;
