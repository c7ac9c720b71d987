package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The message for a file that Windows cannot load as a DLL of this JVM. */
final class DllHeaderTest {
    private static final int SECTION_END = 0x400;

    @TempDir
    private Path folder;

    @Test
    void findsNoFlawInADllForX64() throws IOException {
        assertThat(flaw(dll(0x8664))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0x014c,x86 (32 bits)", "0xaa64,ARM64", "0x01c4,another processor (machine 0x01c4)"})
    void namesTheProcessor(final String machine, final String name) throws IOException {
        assertThat(flaw(dll(Integer.decode(machine)))).isEqualTo("it is for " + name
                + ", but this JVM is for x64: use the one that belongs to the jar");
    }

    @Test
    void reportsThatTheEndIsMissing() throws IOException {
        assertThat(flaw(Arrays.copyOf(dll(0x8664), SECTION_END - 1)))
                .isEqualTo("it is truncated: 1023 of 1024 bytes");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 63, 64, 128, 132, 150, 170})
    void reportsThatEvenTheHeaderIsMissing(final int length) throws IOException {
        assertThat(flaw(Arrays.copyOf(dll(0x8664), length))).isEqualTo("it is not a DLL, or it is damaged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a text, and nothing else", "PK\3\4 a jar"})
    void reportsThatItIsSomethingElse(final String content) throws IOException {
        assertThat(flaw(content.getBytes(StandardCharsets.UTF_8))).isEqualTo("it is not a DLL");
    }

    @Test
    void reportsThatItIsForDos() throws IOException {
        final byte[] program = dll(0x8664);
        program[0x80] = 'N';

        assertThat(flaw(program)).isEqualTo("it is not a 32-bit or 64-bit Windows DLL");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 4094})
    void believesNoPosition(final int position) throws IOException {
        final byte[] wrong = dll(0x8664);
        ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(0x3c, position);

        assertThat(flaw(wrong)).isEqualTo("it is not a DLL, or it is damaged");
    }

    @Test
    void knowsNothingOfAFileThatIsNotThere() {
        assertThat(DllHeader.flaw(folder.resolve("absent"))).isNull();
    }

    /** The parts of a DLL that are read: two sections, where the first comes after the second in the file. */
    private static byte[] dll(final int machine) {
        final ByteBuffer dll = ByteBuffer.allocate(SECTION_END).order(ByteOrder.LITTLE_ENDIAN);
        dll.putShort((short) 0x5a4d).putInt(0x3c, 0x80);
        dll.position(0x80);
        dll.put("PE\0\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) machine).putShort((short) 2);
        dll.putInt(0).putInt(0).putInt(0).putShort((short) 8).putShort((short) 0).putLong(0);
        section(dll, 0x300, 0x100);
        section(dll, 0x200, 0x100);
        return dll.array();
    }

    private static void section(final ByteBuffer dll, final int start, final int length) {
        dll.putLong(0).putInt(0).putInt(0).putInt(length).putInt(start);
        dll.position(dll.position() + 16);
    }

    private String flaw(final byte[] content) throws IOException {
        return DllHeader.flaw(Files.write(folder.resolve("iocp4j.dll"), content));
    }
}
