package io.github.iocp4j.netty;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Netty's own tests for transports, run on this one. */
final class NettySuiteTest {
    private static final String ENDED_EXECUTOR = "Its executor ends with the first run of the class";
    private static final String NO_BLOCK = "Wine does not block the source of this test";

    static {
        // Before anything below loads a permutation of Netty's.
        BadHost.name();
    }

    /** What fails with NIO, too. */
    private static final List<NettyExclusion> FAILING = failing();

    /** What passes only the first time in a JVM, with any transport. */
    private static final List<NettyExclusion> ONCE = Stream.of(
            "testAutoReadGlobalTrafficShapping", "testAutoReadTrafficShapping").map(method -> new NettyExclusion(
                    NettyClasses.TrafficShapingHandler.class, method, Ends.ALL.subList(1, Ends.ALL.size()),
                    ENDED_EXECUTOR)).collect(toList());

    /** Kept, because a logger that is not loses its level. Netty's tests log each bootstrap. */
    private static final Logger LOGGER = Logger.getLogger(NettySuiteTest.class.getPackageName());

    private static NettyTable table;

    @BeforeAll
    static void prepare() {
        LOGGER.setLevel(Level.WARNING);
        table = new NettyTable(Ends.ALL);
    }

    @AfterAll
    static void finish() throws IOException {
        table.write(FAILING, ONCE);
    }

    /** A selection, with both ends on this transport. */
    @TestFactory
    Stream<DynamicContainer> selection() {
        return NettyClasses.SHORT.stream().map(
                tests -> dynamicContainer(tests.getSimpleName(), run(tests, Ends.IOCP).tests()));
    }

    /** Those for datagrams, with this transport at both ends and at one end. */
    @TestFactory
    Stream<DynamicContainer> datagrams() {
        return NettyClasses.DATAGRAMS.stream().map(tests -> dynamicContainer(tests.getSimpleName(),
                Ends.TESTED.stream().map(ends -> dynamicContainer(ends.toString(), run(tests, ends).tests()))));
    }

    /** All of them, with this transport at both ends, at one end, and for comparison at none. */
    @TestFactory
    @Tag("deep")
    Stream<DynamicContainer> all() {
        return Stream.of(NettyClasses.STREAMS, NettyClasses.DATAGRAMS, NettyClasses.LOOPS).flatMap(List::stream).map(
                tests -> dynamicContainer(tests.getSimpleName(), Ends.ALL.stream().map(ends -> all(tests, ends))));
    }

    private static DynamicContainer all(final Class<?> tests, final Ends ends) {
        final NettyRun run = run(tests, ends);
        table.add(tests, run);
        // What the system cannot do is no failure of this build. What it can do, this transport must not leave out.
        return dynamicContainer(ends.toString(), ends == Ends.NIO ? excludedInVain(tests, run) : run.tests());
    }

    private static List<DynamicTest> excludedInVain(final Class<?> tests, final NettyRun baseline) {
        return FAILING.stream().filter(exclusion -> exclusion.isFrom(tests)).map(NettyExclusion::method)
                .map(method -> dynamicTest(method + " still fails", () -> assertThat(baseline.hasPassed(method))
                        .isFalse())).collect(toList());
    }

    private static NettyRun run(final Class<?> tests, final Ends ends) {
        return NettyRun.of(tests, ends, Stream.of(FAILING, ONCE).flatMap(List::stream)
                .filter(exclusion -> exclusion.isFrom(tests) && exclusion.concerns(ends)).collect(toList()));
    }

    private static List<NettyExclusion> failing() {
        final List<NettyExclusion> failing = new ArrayList<>();
        failing.add(new NettyExclusion(NettyClasses.SslSessionReuse.class, "testSslSessionTrustManagerResumption",
                Ends.TESTED, "It needs the classes of OpenSSL's binding, which this build does not have"));
        if (Wine.isPresent()) {
            failing.add(new NettyExclusion(NettyClasses.Rst.class, "testSoLingerZeroCausesOnlyRstOnClose",
                    List.of(Ends.IOCP_SERVER),
                    "Under Wine, a read of NIO finds the end of the data where the peer has reset the connection"));
            failing.add(new NettyExclusion(NettyClasses.DatagramMulticast.class,
                    "testMulticastWithWildcardLocalAddress", Ends.TESTED, NO_BLOCK));
            failing.add(new NettyExclusion(NettyClasses.DatagramMulticastIPv6.class,
                    "testMulticastWithWildcardLocalAddress", Ends.TESTED,
                    NO_BLOCK + ", and without IPv6 it runs with no transport"));
            if (Runtime.version().feature() >= 14) {
                failing.add(new NettyExclusion(NettyClasses.DatagramUnicastInet.class, "testSimpleSendWithConnect",
                        List.of(Ends.IOCP_SERVER),
                        "Since JVM 14, the disconnect of NIO binds the socket again, which fails under Wine"));
            }
        }
        return failing;
    }
}
