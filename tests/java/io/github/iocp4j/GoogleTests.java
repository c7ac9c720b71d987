package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.iocp4j.fixtures.Launch;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Runs every Google Test program and counts each of its cases as a test of this build. */
final class GoogleTests {
    private static final Path PROGRAMS = Path.of(System.getProperty("iocp4j.tests.native")).toAbsolutePath();
    private static final long TIMEOUT_SECONDS = 300;

    @TestFactory
    Stream<DynamicContainer> programs() throws IOException {
        List<String> programs = Files.readAllLines(file("tests.txt"));
        if (programs.isEmpty()) {
            throw new AssertionFailedError("no program in " + file("tests.txt"));
        }
        return programs.stream().map(program -> run(program, program, Map.of()));
    }

    /** The tests of devices, once more for each other notification mechanism. */
    @TestFactory
    Stream<DynamicContainer> mechanisms() throws IOException {
        final List<String> programs = Files.readAllLines(file("devices.txt"));
        return Stream.of(System.getProperty("iocp4j.tests.mechanisms", "").split(","))
                .filter(name -> !name.isEmpty()).map(Mechanism::valueOf)
                .flatMap(mechanism -> programs.stream().map(program -> run(program, program + '-' + mechanism,
                        Map.of("IOCP4J_TEST_MECHANISM", String.valueOf(mechanism.ordinal())))));
    }

    /**
     * The cases of one program, in a run of that name; if the program did not run to its end, one failing case that
     * says so.
     */
    private static DynamicContainer run(
            final String program, final String name, final Map<String, String> environment) {
        List<DynamicNode> cases = new ArrayList<>();
        try {
            int exitCode = start(program, name, environment);
            List<Element> results = results(name);
            printFigures(name);
            results.forEach(result -> cases.add(toTest(result)));
            boolean failed = results.stream().anyMatch(result -> !messages(result, "failure").isEmpty());
            // Check both: under Wine a crash can have exit code 0, and a failed set-up is in no case of the report.
            if (results.isEmpty() || (exitCode != 0) != failed) {
                cases.add(broken(name, "exit code " + exitCode + ", cases that ran: " + results.size()));
            }
        } catch (Exception e) {
            cases.add(broken(name, e.toString()));
        }
        return dynamicContainer(name, cases);
    }

    private static int start(final String program, final String name, final Map<String, String> environment)
            throws IOException, InterruptedException {
        File log = file(name + ".log").toFile();
        Files.deleteIfExists(file(name + ".xml"));
        // A relative name: Google Test for Windows takes a Unix path for relative.
        final ProcessBuilder builder = new ProcessBuilder(
                file(program + ".exe").toString(), "--gtest_output=xml:" + name + ".xml")
                .directory(PROGRAMS.toFile()).redirectErrorStream(true).redirectOutput(log);
        builder.environment().putAll(environment);
        Process process = Launch.of(builder);
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("still running after " + TIMEOUT_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** Prints the figures of a program into the build's log, where {@code ./dev} reads them. */
    private static void printFigures(final String name) throws IOException {
        try (Stream<String> lines = Files.lines(file(name + ".log"), StandardCharsets.ISO_8859_1)) {
            lines.filter(line -> line.startsWith("Figures: ")).forEach(System.out::println);
        }
    }

    /** The cases that ran, by the report that is written at the end. */
    private static List<Element> results(final String name) throws Exception {
        File file = file(name + ".xml").toFile();
        if (!file.exists()) {
            throw new IOException("ended early, without a report");
        }
        Document report = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
        return elements(report.getDocumentElement(), "testcase").stream()
                .filter(result -> result.getAttribute("status").equals("run")).collect(toList());
    }

    private static DynamicTest toTest(final Element result) {
        String name = result.getAttribute("classname") + "." + result.getAttribute("name");
        return dynamicTest(name, () -> {
            String failure = messages(result, "failure");
            if (!failure.isEmpty()) {
                throw failed(name + "\n" + failure);
            }
            if (result.getAttribute("result").equals("skipped")) {
                throw new TestAbortedException(messages(result, "skipped").replaceFirst(".*\\R", "")); // no file:line
            }
        });
    }

    private static DynamicTest broken(final String name, final String what) {
        return dynamicTest("whole program", () -> {
            Path log = file(name + ".log");
            String output = Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "";
            throw failed(name + ": " + what + "; output:\n" + output);
        });
    }

    /** Without a trace: it would only lead here. */
    private static AssertionFailedError failed(final String message) {
        AssertionFailedError error = new AssertionFailedError(message);
        error.setStackTrace(new StackTraceElement[0]);
        return error;
    }

    private static String messages(final Element result, final String tag) {
        return elements(result, tag).stream().map(Element::getTextContent).map(String::strip)
                .reduce((first, next) -> first + "\n" + next).orElse("");
    }

    private static List<Element> elements(final Element parent, final String tag) {
        NodeList nodes = parent.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static Path file(final String name) {
        return PROGRAMS.resolve(name);
    }
}
