package io.github.iocp4j.internal.loader;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.RecordLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares the jar with the DLL. They must have the same version of iocp4j, which the DLL checks when it is loaded, and
 * the same constants, which the DLL returns as one array, in the order of {@link #terms()}. A jar and a DLL of the same
 * version but from different builds may differ in the constants.
 */
public final class NativeContract {
    private static final int ABI_VERSION = 10;

    private NativeContract() {
    }

    /**
     * Throws unless that is the jar's version. The DLL calls this before it binds any method, so that a DLL of another
     * version is reported as such.
     */
    public static void requireVersion(final String ofLibrary) {
        final String ofJar = version();
        if (!ofJar.equals(ofLibrary)) {
            throw new LinkageError("the DLL is " + ofLibrary + ", the jar " + ofJar);
        }
    }

    /** The version that the build has written beside this class. */
    public static String version() {
        try (InputStream version = NativeContract.class.getResourceAsStream("version")) {
            return version == null
                    ? "without a version"
                    : new String(version.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (final IOException damaged) {
            throw new UncheckedIOException("the jar is damaged", damaged);
        }
    }

    /** Describes the first difference between the DLL's array and what this jar expects; null if there is none. */
    public static String difference(final int[] answer) {
        int next = 0;
        for (final Map.Entry<String, Integer> term : terms().entrySet()) {
            if (next == answer.length) {
                return "the DLL does not know the " + term.getKey();
            }
            if (answer[next] != term.getValue()) {
                return "the " + term.getKey() + " is " + answer[next] + " in the DLL and " + term.getValue()
                        + " in the jar";
            }
            next++;
        }
        return next == answer.length ? null : "the DLL has more constants than the jar expects";
    }

    /** The constants that this jar expects, by name, in the order of the DLL's array. */
    public static Map<String, Integer> terms() {
        final Map<String, Integer> terms = new LinkedHashMap<>();
        terms.put("ABI version", ABI_VERSION);
        terms.put("length of a completion record", RecordLayout.RECORD_LENGTH);
        terms.put("offset of the key", RecordLayout.KEY_OFFSET);
        terms.put("offset of the token", RecordLayout.TOKEN_OFFSET);
        terms.put("offset of the byte count", RecordLayout.BYTES_OFFSET);
        terms.put("offset of the status", RecordLayout.STATUS_OFFSET);
        terms.put("offset of the opcode", RecordLayout.OPCODE_OFFSET);
        terms.put("offset of the device kind", RecordLayout.KIND_OFFSET);
        terms.put("offset of the detail", RecordLayout.DETAIL_OFFSET);
        terms.put("flag of a detached connection", RecordLayout.DETACHED_FLAG);
        terms.put("last opcode", PortAccess.get().code(Opcode.WAIT));
        terms.put("last device kind", PortAccess.get().code(DeviceKind.CHILD_PROCESS));
        terms.put("last mechanism", Mechanism.HANDLE.ordinal());
        terms.put("number of refusals", EngineError.values().length);
        for (final EngineError refusal : EngineError.values()) {
            terms.put("code of refusal " + refusal, refusal.code());
        }
        return terms;
    }
}
