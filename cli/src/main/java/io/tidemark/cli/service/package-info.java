/** The verbs that run a module's service from the settings until the process is asked to stop. */
package io.tidemark.cli.service;
