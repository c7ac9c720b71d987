package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import java.io.InputStream;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The provider is chosen by a property, and its default group has the properties of the JDK's. */
@Timeout(300)
final class ProviderPropertyTest {
    private static final String PROVIDER = CompletionPortChannelProvider.class.getName();
    private static final String GROUP = "-Djava.nio.channels.DefaultThreadPool.";

    @Test
    void aProgramThatKnowsTheJdkOnlyUsesIt() throws Exception {
        final ChildJvm program = run("-Djava.net.preferIPv4Stack=true");
        assertThat(program.output()).as(program.toString())
                .startsWith(PROVIDER + " hello /0.0.0.0 127.0.0.1 iocp4j-nio-handler- true")
                .contains("address of another family refused at once");
    }

    /** The JDK has no such property for files; therefore FileChannels is a factory of its own. */
    @Test
    void thePropertyLeavesTheFileChannelsOfTheJdk() throws Exception {
        final ChildJvm program = run();
        assertThat(program.output()).as(program.toString()).contains("files sun.nio.ch")
                .contains("file iocp4j-nio-handler-");
    }

    @Test
    void socketsServeBothVersionsOfIp() throws Exception {
        final ChildJvm program = run("-Djava.net.preferIPv4Stack=false");
        assertThat(program.output()).as(program.toString()).startsWith(PROVIDER + " hello /")
                .contains(" 127.0.0.1 ");
    }

    @Test
    void theProgramMayNameThreadsAndInitialSize() throws Exception {
        final ChildJvm program = run(
                GROUP + "threadFactory=" + ProviderProbe.Threads.class.getName(), GROUP + "initialSize=0");
        assertThat(program.output()).as(program.toString()).contains(" made-by-the-program- true")
                .contains("file made-by-the-program-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"threadFactory", "threadFactory=Missing", "threadFactory=java.lang.String", "initialSize",
            "initialSize=NaN"})
    void badValuesMakeTheOpeningFail(final String property) throws Exception {
        final ChildJvm program = run(GROUP + property);
        assertThat(program.exitCode()).isNotZero();
        assertThat(program.errors().get(0)).contains("java.lang.Error: The value of the property");
    }

    @Test
    void theJarRegistersNoService() {
        assertThat(ServiceLoader.load(AsynchronousChannelProvider.class)).isEmpty();
        assertThat(AsynchronousChannelProvider.provider().getClass().getName()).startsWith("sun.");
    }

    @Test
    void messagesNameHostsOnlyWhereThatIsAskedFor() throws Exception {
        assertThat(run("-Djdk.includeInExceptions=hostInfo").output())
                .contains("refused connect: Connection refused: /127.0.0.1:number");
        assertThat(run("-Djdk.includeInExceptions=jar").output().lines())
                .contains("refused connect: Connection refused");
    }

    /** GraalVM's native-image includes no constructor that is only found by name, unless the jar says so. */
    @Test
    void theJarNamesTheProviderForNativeImages() throws Exception {
        assertThat(CompletionPortChannelProvider.class.getConstructor().newInstance()).isNotNull();
        final String config = "/META-INF/native-image/io.github.iocp4j/iocp4j-nio/reflect-config.json";
        try (InputStream found = CompletionPortChannelProvider.class.getResourceAsStream(config)) {
            assertThat(found).as(config).isNotNull();
            assertThat(new String(found.readAllBytes(), UTF_8)).isEqualToIgnoringWhitespace("[{\"name\": \"" + PROVIDER
                    + "\", \"methods\": [{\"name\": \"<init>\", \"parameterTypes\": []}]}]");
        }
    }

    private static ChildJvm run(final String... options) throws Exception {
        final List<String> arguments = new ArrayList<>(ChildJvm.nativeAccess());
        arguments.addAll(Arrays.asList(options));
        arguments.add("-Djava.nio.channels.spi.AsynchronousChannelProvider=" + PROVIDER);
        arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), ProviderProbe.class.getName()));
        return ChildJvm.run(arguments);
    }
}
