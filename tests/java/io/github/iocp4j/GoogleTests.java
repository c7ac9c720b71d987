package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        List<Path> programs = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(PROGRAMS, "*Test.exe")) {
            found.forEach(programs::add);
        }
        if (programs.isEmpty()) {
            throw new AssertionFailedError("no *Test.exe in " + PROGRAMS);
        }
        return programs.stream().sorted().map(GoogleTests::run);
    }

    /** The cases of one program; where it did not run to its end, a failing one that says so. */
    private static DynamicContainer run(final Path program) {
        String name = program.getFileName().toString().replace(".exe", "");
        List<DynamicNode> cases = new ArrayList<>();
        try {
            int exitCode = start(program, name);
            List<Element> results = results(name);
            results.forEach(result -> cases.add(toTest(result)));
            boolean failed = results.stream().anyMatch(result -> !messages(result, "failure").isEmpty());
            // A crash need not show in the exit code under Wine, nor a failure of set-up in a case.
            if (results.isEmpty() || (exitCode != 0) != failed) {
                cases.add(broken(name, results.size() + " cases ran, exit code " + exitCode, null));
            }
        } catch (Exception e) {
            cases.add(broken(name, e.toString(), e));
        }
        return dynamicContainer(name, cases);
    }

    private static int start(final Path program, final String name) throws IOException, InterruptedException {
        File log = file(name + ".log").toFile();
        Files.deleteIfExists(file(name + ".xml"));
        // A relative name: Google Test for Windows takes a Unix path for relative.
        Process process = new ProcessBuilder(program.toString(), "--gtest_output=xml:" + name + ".xml")
                .directory(PROGRAMS.toFile()).redirectErrorStream(true).redirectOutput(log).start();
        process.getOutputStream().close();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("still running after " + TIMEOUT_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** The cases that ran, by the report; there is none, or only a part, after a crash. */
    private static List<Element> results(final String name) throws Exception {
        Document report = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file(name + ".xml").toFile());
        return elements(report.getDocumentElement(), "testcase").stream()
                .filter(result -> result.getAttribute("status").equals("run")).collect(toList());
    }

    private static DynamicTest toTest(final Element result) {
        String name = result.getAttribute("classname") + "." + result.getAttribute("name");
        return dynamicTest(name, () -> {
            String failure = messages(result, "failure");
            if (!failure.isEmpty()) {
                throw new AssertionFailedError(failure);
            }
            if (result.getAttribute("result").equals("skipped")) {
                throw new TestAbortedException(messages(result, "skipped").replaceFirst(".*\\R", "")); // no file:line
            }
        });
    }

    private static DynamicTest broken(final String name, final String what, final Exception cause) {
        return dynamicTest("whole program", () -> {
            Path log = file(name + ".log");
            String output = Files.exists(log) ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8) : "none";
            throw new AssertionFailedError(what + "; its output:\n" + output, cause);
        });
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
