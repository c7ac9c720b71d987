package io.github.iocp4j.tools.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonObjectTest {
    @Test
    void escapesWhatCannotBeShown() {
        assertThat(JsonObject.quoted("a\"b\\c\n\u001b[31m\u007f\u009b\u2028\u202e\u2066\ud83d."))
                .isEqualTo("\"a\\\"b\\\\c\\u000a\\u001b[31m\\u007f\\u009b\\u2028\\u202e\\u2066\\ud83d.\"");
    }

    @Test
    void putsMembersInOrder() {
        assertThat(new JsonObject()).hasToString("{}");
        assertThat(new JsonObject().put("t", "x").put("n", -1L).put("d", 2.25).put("b", true)
                .put("o", new JsonObject().put("i", 1L)).put("e", List.of()).put("a", List.of(1, 2)))
                .hasToString("{\"t\":\"x\",\"n\":-1,\"d\":2.3,\"b\":true,\"o\":{\"i\":1},\"e\":[],\"a\":[1,2]}");
    }
}
