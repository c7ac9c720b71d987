package io.github.iocp4j;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Prints, after the last test, which tests were skipped and why. */
public final class SkipReport implements TestExecutionListener {
    private final List<String> skipped = Collections.synchronizedList(new ArrayList<>());
    private volatile TestPlan plan;

    @Override
    public void testPlanExecutionStarted(final TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionSkipped(final TestIdentifier test, final String reason) {
        add(test, reason);
    }

    @Override
    public void executionFinished(final TestIdentifier test, final TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            add(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    @Override
    public void testPlanExecutionFinished(final TestPlan testPlan) {
        skipped.forEach(System.out::println);
    }

    private void add(final TestIdentifier test, final String reason) {
        String parent = plan.getParent(test).map(TestIdentifier::getDisplayName).orElse("");
        skipped.add("Skipped: " + parent + " " + test.getDisplayName() + ": "
                + reason.replaceFirst("^Assumption failed: ", "").replaceAll("\\R", " "));
    }
}
