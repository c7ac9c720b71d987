package io.github.iocp4j.netty;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Netty's own tests for transports, run on this one. */
final class NettySuiteTest {
    /** What fails with NIO, too, by class and method. */
    private static final Map<Class<?>, Map<String, String>> EXCLUDED = Map.of(
            NettyClasses.SslSessionReuse.class, Map.of("testSslSessionTrustManagerResumption",
                    "It needs the classes of OpenSSL's binding, which this build does not have"));

    private static final Map<Class<?>, Map<String, String>> EXCLUDED_UNDER_WINE = Map.of(
            NettyClasses.Rst.class, Map.of("testSoLingerZeroCausesOnlyRstOnClose",
                    "Under Wine, a read may find the end of the data where the peer has reset the connection"));

    /** What passes only the first time in a JVM, with any transport. */
    private static final Map<Class<?>, Map<String, String>> ONCE = Map.of(
            NettyClasses.TrafficShapingHandler.class, Map.of(
                    "testAutoReadTrafficShapping", "Its executor ends with the first run of the class",
                    "testAutoReadGlobalTrafficShapping", "Its executor ends with the first run of the class"));

    /** Kept, because a logger that is not loses its level. Netty's tests log each bootstrap. */
    private static final Logger LOGGER = Logger.getLogger(NettySuiteTest.class.getPackageName());

    private static NettyTable table;

    @BeforeAll
    static void prepare() {
        LOGGER.setLevel(Level.WARNING);
        BadHost.name();
        table = new NettyTable(Ends.ALL);
    }

    @AfterAll
    static void finish() throws IOException {
        table.write(failing(), ONCE);
    }

    /** A selection, with both ends on this transport. */
    @TestFactory
    Stream<DynamicContainer> selection() {
        return NettyClasses.SHORT.stream().map(
                tests -> dynamicContainer(tests.getSimpleName(), run(tests, Ends.IOCP).tests()));
    }

    /** All of them, with this transport at both ends, at one end, and for comparison at none. */
    @TestFactory
    @Tag("deep")
    Stream<DynamicContainer> all() {
        return NettyClasses.ALL.stream().map(
                tests -> dynamicContainer(tests.getSimpleName(), Ends.ALL.stream().map(ends -> all(tests, ends))));
    }

    private static DynamicContainer all(final Class<?> tests, final Ends ends) {
        final NettyRun run = run(tests, ends);
        table.add(tests, run);
        // What the system cannot do is no failure of this build.
        return dynamicContainer(ends.toString(), ends.isBaseline() ? List.of() : run.tests());
    }

    private static NettyRun run(final Class<?> tests, final Ends ends) {
        final Map<String, String> excluded = new LinkedHashMap<>();
        if (ends.isBaseline()) {
            excluded.putAll(ONCE.getOrDefault(tests, Map.of()));
        } else {
            excluded.putAll(failing().getOrDefault(tests, Map.of()));
            excluded.putAll(ends == Ends.ALL.get(0) ? Map.of() : ONCE.getOrDefault(tests, Map.of()));
        }
        return NettyRun.of(tests, ends, excluded);
    }

    private static Map<Class<?>, Map<String, String>> failing() {
        final Map<Class<?>, Map<String, String>> failing = new LinkedHashMap<>(EXCLUDED);
        if (Wine.isPresent()) {
            failing.putAll(EXCLUDED_UNDER_WINE);
        }
        return failing;
    }
}
