package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The transport in a process that has no DLL, or in which it is disabled. */
final class UnavailableTest {
    /** Prints what the transport says of itself. */
    public static void main(final String[] args) {
        System.out.println(Iocp.isAvailable() + " " + Iocp.unavailabilityCause().getClass().getName());
        try {
            IocpIoHandler.newFactory();
        } catch (final UnsatisfiedLinkError unavailable) {
            System.out.println(unavailable.getMessage() + " " + (unavailable.getCause() == Iocp.unavailabilityCause()));
        }
    }

    @Test
    void saysWhyItDoesNotWork() throws Exception {
        assertThat(outputWith("-Diocp4j.library.path=C:\\no\\such.dll"))
                .startsWith("false io.github.iocp4j.NativeLibraryError")
                .contains("The transport on completion ports does not work here", "such.dll").endsWith("true");
    }

    @Test
    void isDisabledLikeNettysOtherNativeTransports() throws Exception {
        assertThat(outputWith("-Dio.netty.transport.noNative=true"))
                .startsWith("false java.lang.UnsupportedOperationException")
                .contains("The transport on completion ports does not work here", "noNative").endsWith("true");
    }

    private static String outputWith(final String option) throws Exception {
        final ChildJvm jvm = ChildJvm.run(
                List.of(option, "-cp", System.getProperty("java.class.path"), UnavailableTest.class.getName()));
        assertThat(String.join("\n", jvm.errors())).isEmpty();
        return jvm.output();
    }
}
