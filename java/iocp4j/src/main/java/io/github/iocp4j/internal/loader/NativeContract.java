package io.github.iocp4j.internal.loader;

import io.github.iocp4j.Mechanism;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.RecordLayout;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Compares the jar with the DLL. They must have the same version of iocp4j, which the DLL checks when it is loaded, and
 * the same constants, which the DLL returns as one array, in the order of {@link #terms()}. A jar and a DLL of the same
 * version but from different builds may differ in the constants.
 */
public final class NativeContract {
    private static final int ABI_VERSION = 10;
    /** Not of the enums, which a program that starts need not load yet. */
    private static final int LAST_OPCODE = 15;
    private static final int LAST_DEVICE_KIND = 14;
    /** Of the first constants; each of the others is the code of a refusal. */
    private static final String[] NAMES = {
        "ABI version",
        "length of a completion record",
        "offset of the key",
        "offset of the token",
        "offset of the byte count",
        "offset of the status",
        "offset of the opcode",
        "offset of the device kind",
        "offset of the detail",
        "flag of a detached connection",
        "last opcode",
        "last device kind",
        "last mechanism",
        "number of refusals",
    };

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
        try (JarFile jar = NativeHost.JVM.ownJar(); InputStream version = version(jar)) {
            return version == null
                    ? "without a version"
                    : new String(version.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (final IOException damaged) {
            throw new UncheckedIOException("the jar is damaged", damaged);
        }
    }

    private static InputStream version(final JarFile jar) throws IOException {
        final ZipEntry entry =
                jar == null ? null : jar.getEntry(NativeContract.class.getPackageName().replace('.', '/') + "/version");
        return entry == null ? NativeContract.class.getResourceAsStream("version") : jar.getInputStream(entry);
    }

    /** Describes the first difference between the DLL's array and what this jar expects; null if there is none. */
    public static String difference(final int[] answer) {
        return Arrays.equals(answer, constants()) ? null : firstDifference(answer);
    }

    private static String firstDifference(final int[] answer) {
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
        return "the DLL has more constants than the jar expects";
    }

    /** The constants that this jar expects, by name, in the order of the DLL's array. */
    public static Map<String, Integer> terms() {
        final int[] constants = constants();
        final Map<String, Integer> terms = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.length; i++) {
            terms.put(NAMES[i], constants[i]);
        }
        for (final EngineError refusal : EngineError.values()) {
            terms.put("code of refusal " + refusal, refusal.code());
        }
        return terms;
    }

    /** Without the names, which would cost each program that starts a few milliseconds. */
    private static int[] constants() {
        final EngineError[] refusals = EngineError.values();
        final int[] constants = {
            ABI_VERSION,
            RecordLayout.RECORD_LENGTH,
            RecordLayout.KEY_OFFSET,
            RecordLayout.TOKEN_OFFSET,
            RecordLayout.BYTES_OFFSET,
            RecordLayout.STATUS_OFFSET,
            RecordLayout.OPCODE_OFFSET,
            RecordLayout.KIND_OFFSET,
            RecordLayout.DETAIL_OFFSET,
            RecordLayout.DETACHED_FLAG,
            LAST_OPCODE,
            LAST_DEVICE_KIND,
            Mechanism.HANDLE.ordinal(),
            refusals.length,
        };
        final int[] all = Arrays.copyOf(constants, constants.length + refusals.length);
        for (int i = 0; i < refusals.length; i++) {
            all[constants.length + i] = refusals[i].code();
        }
        return all;
    }
}
