package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.fixtures.ChildJvm;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs under a security manager, which permits everything to this library and little to the program. With the JDK's
 * provider, they must print the same.
 */
@Timeout(300)
@EnabledForJreRange(max = JRE.JAVA_17, disabledReason = "later JVMs refuse a security manager")
final class SecurityManagerTest {
    private static final String ALL = "permission java.security.AllPermission;";
    private static final String OF_HANDLER = "permission java.lang.RuntimePermission \"ofProbe\";";
    private static final String OURS =
            "provider: " + CompletionPortChannelProvider.class.getPackageName();
    private static final String PROVIDER = "-Djava.nio.channels.spi.AsynchronousChannelProvider="
            + CompletionPortChannelProvider.class.getName();

    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("file");
    }

    @Test
    void aPermittedCallerUsesSockets() throws Exception {
        assertThat(sockets(true, "accept,connect,resolve")).containsExactly(
                "property: refused", "listen: true", "connect: true", "accept: 5", "read: 5",
                "handler's permissions: false", "open true true", "bind: true",
                "local address: any, in texts localhost", "group ends: true");
    }

    /** Code of the boot class path has all permissions. */
    @Test
    void theLibraryMayBeOnTheBootClassPath() throws Exception {
        final String places = library().map(place -> Path.of(URI.create(place)).toString())
                .collect(Collectors.joining(";"));
        assertThat(run(ofSockets(true, "accept,connect,resolve"), PROVIDER, "-Xbootclasspath/a:" + places,
                SandboxProbe.class.getName(), "sockets")).hasSize(11).contains(OURS, "accept: 5", "property: refused");
    }

    @Test
    void theLocalAddressCanBeHidden() throws Exception {
        assertThat(sockets(true, "")).contains("local address: loopback, in texts localhost");
    }

    @Test
    void listeningCanBeRefused() throws Exception {
        assertThat(sockets(false, "accept,connect,resolve")).containsExactly(
                "property: refused", "listen: refused", "open true true", "bind: refused",
                "local address: refused", "group ends: true");
    }

    @Test
    void acceptingCanBeRefused() throws Exception {
        assertThat(sockets(true, "connect,resolve")).containsExactly(
                "property: refused", "listen: true", "connect: true", "accept: fails as refused", "read: -1",
                "handler's permissions: fails as refused", "open true true", "bind: true",
                "local address: any, in texts localhost", "group ends: true");
    }

    @Test
    void connectingCanBeRefused() throws Exception {
        assertThat(sockets(true, "accept")).containsExactly(
                "property: refused", "listen: true", "connect: refused", "open true true", "bind: true",
                "local address: any, in texts localhost", "group ends: true");
    }

    @Test
    void filesNeedThePermissionsOfFiles() throws Exception {
        assertThat(library("")).startsWith(
                "create: refused", "write: refused", "read: refused", "other name: refused", "delete: refused");
        Files.createFile(file);
        assertThat(library(ofFile("read"))).startsWith(
                "create: refused", "write: refused", "read: true", "other name: true", "delete: refused");
        assertThat(library(ofFile("write"))).startsWith(
                "create: true", "write: true", "read: refused", "other name: refused", "delete: refused");
        assertThat(library(ofFile("read,write,delete"))).startsWith(
                "create: true", "write: true", "read: true", "other name: true", "delete: true");
    }

    /** Even when the library is loaded, because the program has opened a file. */
    @Test
    void whatHasNoChecksOfItsOwnNeedsThePermissionToLoadTheLibrary() throws Exception {
        final List<String> what =
                List.of("port", "shared port", "pipe", "pipe server", "pipe socket", "event", "socket");
        final List<String> withoutIt = library(ofFile("read,write,delete"));
        assertThat(withoutIt.subList(5, withoutIt.size())).containsExactlyElementsOf(
                what.stream().map(each -> each + ": refused").collect(Collectors.toList()));
        final List<String> withIt = library("permission java.lang.RuntimePermission \"loadLibrary.iocp4j\";");
        assertThat(withIt.subList(5, withIt.size())).noneMatch(outcome -> outcome.endsWith("refused"))
                .hasSameSizeAs(what);
    }

    private String ofFile(final String actions) {
        return "permission java.io.FilePermission \"" + file.toString().replace("\\", "\\\\") + "\", \"" + actions
                + "\";";
    }

    /** What a program prints that may listen or not and do this with sockets, with this provider as with the JDK's. */
    private List<String> sockets(final boolean listen, final String others) throws Exception {
        final String permissions = ofSockets(listen, others);
        final List<String> ours = run(permissions, PROVIDER, SandboxProbe.class.getName(), "sockets");
        final List<String> ofJdk = run(permissions, SandboxProbe.class.getName(), "sockets");
        assertThat(ours.get(0)).isEqualTo(OURS);
        assertThat(ofJdk.get(0)).isEqualTo("provider: sun.nio.ch");
        final List<String> outcomes = ours.subList(1, ours.size());
        assertThat(ofJdk.subList(1, ofJdk.size())).as("the JDK's provider").isEqualTo(outcomes);
        return outcomes;
    }

    private static String ofSockets(final boolean listen, final String others) {
        return (listen ? "permission java.net.SocketPermission \"localhost:0\", \"listen\"; " : "")
                + (others.isEmpty() ? "" : "permission java.net.SocketPermission \"*:1024-\", \"" + others + "\"; ")
                + OF_HANDLER;
    }

    private List<String> library(final String permissions) throws Exception {
        return run(permissions, PROVIDER, SandboxProbe.class.getName(), "library", file.toString());
    }

    private List<String> run(final String permissions, final String... program) throws Exception {
        final Path policy = folder.resolve("policy");
        Files.writeString(policy, library().map(place -> "grant codeBase \"" + place + "\" { " + ALL + " };\n")
                .collect(Collectors.joining()) + "grant { " + permissions + " };\n");
        final List<String> arguments = new ArrayList<>(List.of("-Djava.security.manager",
                "-Djava.security.policy==" + policy, "-cp", System.getProperty("java.class.path")));
        arguments.addAll(List.of(program));
        final ChildJvm jvm = ChildJvm.run(arguments);
        assertThat(jvm.exitCode()).as(jvm.toString()).isZero();
        return jvm.output().lines().collect(Collectors.toList());
    }

    /** The URLs of the library's code. */
    private static Stream<String> library() {
        return Stream.of(CompletionPort.class, CompletionPortChannelProvider.class)
                .map(each -> each.getProtectionDomain().getCodeSource().getLocation().toString()).distinct();
    }
}
