package io.tidemark.timeline.answer;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One JSON document. Its record's components are its fields, in their order. */
public sealed interface Answer permits WindowsAnswer, ExplainAnswer, EventsAnswer, ShardsAnswer {

    /** The document as a tree. */
    default ObjectNode json() {
        return AnswerJson.tree(this);
    }

    /** The document in UTF-8, without white space. */
    default byte[] bytes() {
        return AnswerJson.bytes(this);
    }
}
