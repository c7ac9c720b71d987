package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.fixtures.ChildJvm;
import io.github.iocp4j.fixtures.Launch;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A port in another process, through JMX over RMI. */
@Tag("newer-jvm")
@Timeout(300)
final class RemoteManagementTest {
    @Test
    void aConsoleSeesThePortOfAnotherProcess() throws Exception {
        assumeTrue(ModuleLayer.boot().findModule("java.management.rmi").isPresent(),
                "this JVM has no remote JMX (java.management.rmi)");
        final List<String> command = new ArrayList<>(ChildJvm.nativeAccess());
        // The address that RMI exports; by default it is that of the machine.
        command.addAll(List.of("-Djava.rmi.server.hostname=127.0.0.1", "-Djava.net.preferIPv4Stack=true",
                "-cp", System.getProperty("java.class.path"), RemoteManagementProbe.class.getName()));
        final Process process =
                Launch.of(new ProcessBuilder(ChildJvm.command(command)).redirectError(ProcessBuilder.Redirect.INHERIT));
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            final JMXServiceURL address = new JMXServiceURL(printed.readLine());
            final ObjectName port = new ObjectName(printed.readLine());
            final long key = Long.parseLong(printed.readLine());
            final String name = printed.readLine();
            try (JMXConnector connector = JMXConnectorFactory.connect(address)) {
                final MBeanServerConnection connection = connector.getMBeanServerConnection();
                final CompletionPortMXBean bean =
                        JMX.newMXBeanProxy(connection, port, CompletionPortMXBean.class);
                seesTheBusyPort(bean, process.pid());
                assertThat(bean.getDevices()).filteredOn(device -> device.getKey() == key).singleElement()
                        .satisfies(server -> {
                            assertThat(server.getKind()).isEqualTo(DeviceKind.PIPE_SERVER);
                            assertThat(server.getName()).isEqualTo(name);
                            assertThat(server.getOperationsInFlight()).isEqualTo(BusyPort.LISTENING);
                        });
                final CompositeData[] workers = (CompositeData[]) connection.getAttribute(port, "WorkerStates");
                assertThat(workers).as("for a console without our classes")
                        .extracting(worker -> worker.get("activity")).containsExactly("WAITING", "WAITING");
            }
        } finally {
            process.getOutputStream().close();
            assertThat(process.waitFor()).isZero();
        }
    }

    private static void seesTheBusyPort(final CompletionPortMXBean bean, final long process) {
        assertThat(bean.getName()).isEqualTo("remote");
        assertThat(bean.getState()).isEqualTo(PortState.OPEN);
        assertThat(bean.getProcessId()).isEqualTo(process);
        assertThat(bean.getWorkers()).isEqualTo(2);
        assertThat(bean.getOperationsInFlight()).isEqualTo(BusyPort.LISTENING);
        assertThat(bean.getCompletions()).isEqualTo(4);
        assertThat(bean.getBatches()).isPositive();
        assertThat(bean.getBatchesBySize()).isNotEmpty();
        assertThat(bean.getBytes()).isEqualTo(2 * BusyPort.WRITTEN);
        assertThat(bean.getFailures()).isEqualTo(Map.of("ERROR_BROKEN_PIPE", 1L));
        assertThat(bean.getDeviceCount()).isEqualTo(BusyPort.DEVICES);
        assertThat(bean.getWorkerStates()).extracting(CompletionPortMXBean.Worker::getActivity)
                .containsExactly(WorkerActivity.WAITING, WorkerActivity.WAITING);
    }
}
