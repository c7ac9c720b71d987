package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names of error codes. */
final class Win32ErrorTest {
    @ParameterizedTest
    @CsvSource({
        "0,ERROR_SUCCESS", "5,ERROR_ACCESS_DENIED", "38,ERROR_HANDLE_EOF", "109,ERROR_BROKEN_PIPE",
        "231,ERROR_PIPE_BUSY", "234,ERROR_MORE_DATA", "258,WAIT_TIMEOUT", "676,ERROR_HANDLES_CLOSED",
        "995,ERROR_OPERATION_ABORTED", "997,ERROR_IO_PENDING", "1168,ERROR_NOT_FOUND", "1225,ERROR_CONNECTION_REFUSED",
        "1338,ERROR_INVALID_SECURITY_DESCR", "1705,RPC_S_INVALID_STRING_UUID", "10054,WSAECONNRESET"})
    void areThoseOfTheHeaderFile(final int code, final String name) {
        assertThat(Win32Error.name(code)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({"9999,ERROR_9999", "-1,ERROR_4294967295", "-2147483648,ERROR_2147483648"})
    void areMadeUpForOtherCodes(final int code, final String name) {
        assertThat(Win32Error.name(code)).isEqualTo(name);
    }

    @Test
    void areOnePerCode() throws IllegalAccessException {
        final Map<Integer, String> names = new HashMap<>();
        for (final Field constant : Win32Error.class.getFields()) {
            assertThat(names.put(constant.getInt(null), constant.getName())).as(constant.getName()).isNull();
        }
        assertThat(names).hasSizeGreaterThan(60);
    }
}
