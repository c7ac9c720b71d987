package io.github.iocp4j.netty;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private static final int ATTEMPTS = 3;

    private final List<DynamicTest> tests = new ArrayList<>();
    private int passed;
    private int failed;

    /** Runs the class, except the methods of the given names; again if it has failed. */
    static NettyRun of(final Class<?> tests, final Ends ends, final Map<String, String> excluded) {
        NettyRun run = once(tests, ends, excluded);
        for (int attempt = 2; run.failed > 0 && attempt <= ATTEMPTS; attempt++) {
            run = once(tests, ends, excluded);
            System.out.println("Figures: attempt " + attempt + " of Netty's " + tests.getSimpleName() + ", " + ends
                    + ": " + run.failed + " failures");
        }
        return run;
    }

    private static NettyRun once(final Class<?> tests, final Ends ends, final Map<String, String> excluded) {
        ends.use();
        final NettyRun run = new NettyRun();
        final PostDiscoveryFilter filter = test -> FilterResult.includedIf(
                !excluded.containsKey(methodName(test)));
        final LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests)).filters(filter).build();
        // Without this build's own listeners, which report the tests made of the outcomes.
        final Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false).build());
        launcher.execute(request, run);
        excluded.forEach((method, reason) -> run.add(method, TestExecutionResult.aborted(
                new TestAbortedException(reason))));
        return run;
    }

    /** Each has the outcome of one of Netty's. */
    List<DynamicTest> tests() {
        return tests;
    }

    int passed() {
        return passed;
    }

    /** How many have passed or failed; Netty skips some on Windows. */
    int run() {
        return passed + failed;
    }

    @Override
    public void executionFinished(final TestIdentifier test, final TestExecutionResult result) {
        // A container has an outcome of its own when its set-up fails.
        if (test.isTest() || result.getStatus() == Status.FAILED) {
            passed += result.getStatus() == Status.SUCCESSFUL ? 1 : 0;
            failed += result.getStatus() == Status.FAILED ? 1 : 0;
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
