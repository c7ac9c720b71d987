package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.security.Permission;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transport in a process that has no DLL, or in which it is disabled. */
final class UnavailableTest {
    /** With an argument, a security manager forbids to load the DLL. Prints what the transport says of itself. */
    public static void main(final String[] args) {
        // Otherwise, SLF4J complains that it has no logger.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        if (args.length > 0) {
            System.setSecurityManager(new NoDll());
        }
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

    @ParameterizedTest
    @ValueSource(strings = {"true", "1"})
    void isDisabledLikeNettysOtherNativeTransports(final String disabled) throws Exception {
        assertThat(outputWith("-Dio.netty.transport.noNative=" + disabled))
                .startsWith("false java.lang.UnsupportedOperationException")
                .contains("The transport on completion ports does not work here", "noNative").endsWith("true");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_16, disabledReason = "later JVMs warn of a security manager, or refuse it")
    void saysThatASecurityManagerForbidsIt() throws Exception {
        assertThat(outputWith("-Dunused", "forbidden")).startsWith("false java.lang.SecurityException")
                .contains("The transport on completion ports does not work here", "no DLL").endsWith("true");
    }

    private static String outputWith(final String option, final String... arguments) throws Exception {
        final List<String> command = new ArrayList<>(
                List.of(option, "-cp", System.getProperty("java.class.path"), UnavailableTest.class.getName()));
        command.addAll(List.of(arguments));
        final ChildJvm jvm = ChildJvm.run(command);
        assertThat(String.join("\n", jvm.errors())).isEmpty();
        return jvm.output();
    }

    /** Permits everything else. */
    private static final class NoDll extends SecurityManager {
        @Override
        public void checkLink(final String library) {
            if (library.startsWith("iocp4j")) {
                throw new SecurityException("no DLL");
            }
        }

        @Override
        public void checkPermission(final Permission permission) {
            // Permitted.
        }
    }
}
