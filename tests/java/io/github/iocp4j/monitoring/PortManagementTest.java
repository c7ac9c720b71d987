package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.fixtures.ChildJvm;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.Attribute;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports in JMX: the attributes have the values of a snapshot. */
@Timeout(120)
final class PortManagementTest {
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @Test
    void hasTheFiguresOfASnapshot() throws Exception {
        try (BusyPort busy = new BusyPort("busy"); PortManagement management = PortManagement.register(busy.port())) {
            assertThat(management.objectName()).isEqualTo("io.github.iocp4j:type=CompletionPort,name=\"busy\"");
            final CompletionPortMXBean bean = bean(management);
            final PortSnapshot snapshot = busy.port().snapshot();
            assertThat(bean.getName()).isEqualTo("busy");
            assertThat(bean.getState()).isEqualTo(PortState.OPEN);
            assertThat(bean.isPolled()).isFalse();
            assertThat(bean.getProcessId()).isEqualTo(ProcessHandle.current().pid());
            assertThat(bean.getConcurrency()).isEqualTo(snapshot.concurrency());
            assertThat(bean.getWorkers()).isEqualTo(2);
            assertThat(bean.getBatchCeiling()).isEqualTo(256);
            assertThat(bean.getOperationCeiling()).isEqualTo(5_000);
            assertThat(bean.getOperationsInFlight()).isEqualTo(BusyPort.LISTENING);
            assertThat(bean.getMostOperationsInFlight()).isEqualTo(snapshot.mostOperationsInFlight());
            assertThat(bean.getQueuedPackets()).isEqualTo(snapshot.queuedPackets().orElse(-1));
            assertThat(bean.getBatches()).isEqualTo(snapshot.batches()).isPositive();
            assertThat(bean.getBatchesBySize()).isEqualTo(snapshot.batchesBySize());
            assertThat(bean.getCompletions()).isEqualTo(snapshot.completions()).isEqualTo(4);
            assertThat(bean.getLargestBatch()).isEqualTo(snapshot.largestBatch());
            assertThat(bean.getForeignPackets()).isZero();
            assertThat(bean.getFailedDequeues()).isZero();
            assertThat(bean.getUntakenConnections()).isZero();
            assertThat(bean.getOperationsAccepted()).isEqualTo(4 + BusyPort.LISTENING);
            assertThat(bean.getOperationsCompleted()).isEqualTo(4);
            assertThat(bean.getOperationsCompletedInline()).isZero();
            assertThat(bean.getBytes()).isEqualTo(2 * BusyPort.WRITTEN);
            assertThat(bean.getOperationsQuarantined()).isZero();
            assertThat(bean.getUnbalancedDevices()).isZero();
            assertThat(bean.getFailures()).isEqualTo(Map.of("ERROR_BROKEN_PIPE", 1L));
            assertThat(bean.getWorkerStates()).extracting(CompletionPortMXBean.Worker::getActivity)
                    .containsExactly(WorkerActivity.WAITING, WorkerActivity.WAITING);
            assertThat(bean.getDeviceCount()).isEqualTo(BusyPort.DEVICES);
            final CompletionPortMXBean.Device device = bean.getDevices().stream()
                    .filter(found -> found.getKey() == busy.server().key()).findAny().orElseThrow();
            final DeviceSnapshot same = snapshot.devices().stream()
                    .filter(found -> found.key() == device.getKey()).findAny().orElseThrow();
            assertThat(device.getKey()).isEqualTo(busy.server().key());
            assertThat(device.getKind()).isEqualTo(DeviceKind.PIPE_SERVER);
            assertThat(device.getName()).isEqualTo(busy.server().name());
            assertThat(device.isClosing()).isFalse();
            assertThat(device.getOperationsInFlight()).isEqualTo(BusyPort.LISTENING);
            assertThat(device.getOperationsAccepted()).isEqualTo(same.operationsAccepted());
            assertThat(device.getOperationsCompleted()).isEqualTo(same.operationsCompleted());
            assertThat(device.getOperationsCompletedInline()).isZero();
            assertThat(device.getBytes()).isEqualTo(same.bytes());

            final long before = bean.getNanoTime();
            busy.converse();
            busy.awaitSilence();
            assertThat(bean.getCompletions()).as("it looks each time").isEqualTo(8);
            assertThat(bean.getNanoTime() - before).isPositive();
        }
    }

    @Test
    void isMadeOfOpenTypesOnly() throws Exception {
        try (BusyPort busy = new BusyPort("open"); PortManagement management = PortManagement.register(busy.port())) {
            final ObjectName name = new ObjectName(management.objectName());
            assertThat(server.getMBeanInfo(name).getDescriptor().getFieldValue("mxbean")).isEqualTo("true");
            final CompositeData[] devices = (CompositeData[]) server.getAttribute(name, "Devices");
            assertThat(devices).extracting(device -> device.get("kind"))
                    .containsExactlyInAnyOrder("PIPE_SERVER", "PIPE", "PIPE", "PIPE");
            assertThat(server.getAttribute(name, "State")).isEqualTo("OPEN");
            assertThat(server.getAttributes(name, attributes(name))).hasSameSizeAs(attributes(name));
        }
    }

    @Test
    void portsOfOneNameAreBeansOfTwo() throws Exception {
        final String name = "a=b,\"c*?\n:";
        try (CompletionPort one = CompletionPort.builder(completion -> { }).name(name).open();
                CompletionPort two = CompletionPort.builder(completion -> { }).name(name).workers(1).open();
                PortManagement first = PortManagement.register(one)) {
            final PortManagement second = PortManagement.register(two);
            assertThat(second.objectName()).isEqualTo(first.objectName() + ",number=2");
            assertThat(bean(first).getName()).isEqualTo(name);
            assertThat(bean(first).getWorkers()).isEqualTo(one.snapshot().workers());
            assertThat(bean(second).getWorkers()).isEqualTo(1);

            second.close();
            try (PortManagement again = PortManagement.register(two)) {
                assertThat(again.objectName()).isEqualTo(second.objectName());
                second.close();
                assertThat(bean(again).getWorkers()).as("closing twice removes no other port's bean").isEqualTo(1);
            }
            assertThat(server.isRegistered(new ObjectName(second.objectName()))).isFalse();
        }
    }

    @Test
    void aClosedPortSaysSo() throws Exception {
        final BusyPort busy = new BusyPort("closed");
        try (PortManagement management = PortManagement.register(busy.port())) {
            final CompletionPortMXBean bean = bean(management);
            assertThat(bean.getCompletions()).isEqualTo(4);

            busy.close();

            assertThat(bean.getState()).isEqualTo(PortState.CLOSED);
            assertThat(bean.getCompletions()).as("as it was seen last").isEqualTo(4);
            assertThat(bean.getFailures()).isEqualTo(Map.of("ERROR_BROKEN_PIPE", 1L));
            assertThat(bean.getOperationsInFlight()).isZero();
            assertThat(bean.getDevices()).isEmpty();
            assertThat(bean.getWorkerStates()).isEmpty();
            final ObjectName name = new ObjectName(management.objectName());
            assertThat(server.getAttributes(name, attributes(name)).asList()).extracting(Attribute::getName)
                    .containsExactlyInAnyOrder(attributes(name));
        }
    }

    @Test
    void jmxIsOptional() throws Exception {
        final List<String> arguments = new ArrayList<>(ChildJvm.nativeAccess());
        arguments.addAll(List.of("-Xcheck:jni", "--limit-modules", "java.base",
                "-cp", System.getProperty("java.class.path"), BareProbe.class.getName()));
        final ChildJvm jvm = ChildJvm.run(arguments);
        assertThat(jvm.exitCode()).as(jvm.toString()).isZero();
        assertThat(jvm.output().lines()).containsExactly("false false 4",
                "This JVM has no JMX: add the module java.management");
        assertThat(jvm.errors()).isEmpty();
    }

    @Test
    void aPortThatIsClosedAlreadyIsRefused() throws Exception {
        final CompletionPort port = CompletionPort.open(completion -> { });
        port.close();
        assertThatThrownBy(() -> PortManagement.register(port)).isInstanceOf(PortClosedException.class);
    }

    private CompletionPortMXBean bean(final PortManagement management) throws Exception {
        return JMX.newMXBeanProxy(server, new ObjectName(management.objectName()), CompletionPortMXBean.class);
    }

    private String[] attributes(final ObjectName name) throws Exception {
        return Stream.of(server.getMBeanInfo(name).getAttributes()).map(MBeanAttributeInfo::getName)
                .toArray(String[]::new);
    }
}
