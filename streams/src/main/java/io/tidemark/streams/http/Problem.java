package io.tidemark.streams.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Why a request has no answer, as JSON.
 *
 * @param message what is wrong, and what can be done
 * @param parameter the parameter that is meant; empty where none is
 * @param value what it was
 * @param allowed what it may be
 */
record Problem(int status, String message, String parameter, String value, String allowed) {

    static Problem of(int status, String message) {
        return new Problem(status, message, "", "", "");
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode error = json.putObject("error").put("status", status).put("message", message);
        if (!parameter.isEmpty()) {
            error.put("parameter", parameter).put("value", value).put("allowed", allowed);
        }
        return json;
    }
}
