package io.github.iocp4j.netty;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;

/** A run of one of Netty's test classes. JUnit runs it inside of a test of this build. */
final class NettyRun implements TestExecutionListener {
    /** Netty's tests have limits of 3 to 20 seconds, and compare rates: a busy machine fails some with NIO, too. */
    static final int ATTEMPTS = 3;

    private final List<DynamicTest> tests = new ArrayList<>();
    /** By JUnit's names, which are the same in each attempt. */
    private final Set<String> passed = new HashSet<>();
    private final Set<String> failed = new HashSet<>();
    private final Set<String> failedBefore = new HashSet<>();

    /** Runs the class, except some methods; again if it has failed. */
    static NettyRun of(final Class<?> tests, final Ends ends, final List<NettyExclusion> excluded) {
        NettyRun run = once(tests, ends, excluded);
        for (int attempt = 2; !run.failed.isEmpty() && attempt <= ATTEMPTS; attempt++) {
            final NettyRun previous = run;
            run = once(tests, ends, excluded);
            run.failedBefore.addAll(previous.failedBefore);
            run.failedBefore.addAll(previous.failed);
            System.out.println("Figures: attempt " + attempt + " of Netty's " + tests.getSimpleName() + ", " + ends
                    + ": " + run.failed.size() + " failures");
        }
        return run;
    }

    private static NettyRun once(final Class<?> tests, final Ends ends, final List<NettyExclusion> excluded) {
        ends.use();
        final NettyRun run = new NettyRun();
        final PostDiscoveryFilter filter = test -> FilterResult.includedIf(
                excluded.stream().noneMatch(exclusion -> exclusion.method().equals(methodName(test))));
        final LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests)).filters(filter).build();
        // Without this build's own listeners, which report the tests made of the outcomes.
        final Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false).build());
        launcher.execute(request, run);
        excluded.forEach(exclusion -> run.add(exclusion.method(), TestExecutionResult.aborted(
                new TestAbortedException(exclusion.reason()))));
        return run;
    }

    /** Each has the outcome of one of Netty's. */
    List<DynamicTest> tests() {
        return tests;
    }

    int passed() {
        return passed.size();
    }

    /** How many of those that have passed had failed in an earlier attempt. */
    int passedLate() {
        return (int) passed.stream().filter(failedBefore::contains).count();
    }

    /** How many have passed or failed; Netty skips some on Windows. */
    int run() {
        return passed.size() + failed.size();
    }

    boolean hasPassed(final String method) {
        return passed.stream().anyMatch(test -> test.contains("[method:" + method + "("));
    }

    @Override
    public void executionFinished(final TestIdentifier test, final TestExecutionResult result) {
        // A container has an outcome of its own when its set-up fails, or finds that the system lacks something.
        if (test.isTest() || result.getStatus() != Status.SUCCESSFUL) {
            if (result.getStatus() != Status.ABORTED) {
                (result.getStatus() == Status.SUCCESSFUL ? passed : failed).add(test.getUniqueId());
            }
            add(test.getDisplayName(), result);
        }
    }

    @Override
    public void executionSkipped(final TestIdentifier test, final String reason) {
        add(test.getDisplayName(), TestExecutionResult.aborted(new TestAbortedException(reason)));
    }

    private void add(final String name, final TestExecutionResult result) {
        tests.add(DynamicTest.dynamicTest(name, () -> {
            if (result.getThrowable().isPresent()) {
                throw result.getThrowable().get();
            }
        }));
    }

    private static String methodName(final TestDescriptor test) {
        return test.getSource().filter(source -> source instanceof MethodSource)
                .map(source -> ((MethodSource) source).getMethodName()).orElse("");
    }
}
