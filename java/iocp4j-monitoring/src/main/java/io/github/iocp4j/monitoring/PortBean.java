package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** Takes a snapshot for each attribute that is read. Only a JVM with JMX can load it. */
final class PortBean implements CompletionPortMXBean {
    private final PortView view;

    private PortBean(final PortView view) {
        this.view = view;
    }

    /** Registers a bean and returns its name. */
    static String register(final String portName, final PortView view) {
        final String name = "io.github.iocp4j:type=CompletionPort,name=" + ObjectName.quote(portName);
        final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (int number = 1;; number++) {
            final String numbered = number == 1 ? name : name + ",number=" + number;
            try {
                server.registerMBean(new StandardMBean(new PortBean(view), CompletionPortMXBean.class, true),
                        new ObjectName(numbered));
                return numbered;
            } catch (final InstanceAlreadyExistsException taken) {
                continue;
            } catch (final JMException impossible) {
                throw new IllegalStateException("Cannot register " + numbered, impossible);
            }
        }
    }

    static void unregister(final String name) {
        try {
            ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(name));
        } catch (final InstanceNotFoundException ignored) {
            // Other code has unregistered it.
        } catch (final JMException impossible) {
            throw new IllegalStateException("Cannot unregister " + name, impossible);
        }
    }

    @Override
    public String getName() {
        return view.now().name();
    }

    @Override
    public PortState getState() {
        return view.now().state();
    }

    @Override
    public boolean isPolled() {
        return view.now().isPolled();
    }

    @Override
    public long getProcessId() {
        return view.now().processId();
    }

    @Override
    public long getNanoTime() {
        return view.now().nanoTime();
    }

    @Override
    public int getConcurrency() {
        return view.now().concurrency();
    }

    @Override
    public int getWorkers() {
        return view.now().workers();
    }

    @Override
    public int getBatchCeiling() {
        return view.now().batchCeiling();
    }

    @Override
    public int getOperationCeiling() {
        return view.now().operationCeiling();
    }

    @Override
    public int getOperationsInFlight() {
        return view.now().operationsInFlight();
    }

    @Override
    public int getMostOperationsInFlight() {
        return view.now().mostOperationsInFlight();
    }

    @Override
    public int getQueuedPackets() {
        return view.now().queuedPackets().orElse(-1);
    }

    @Override
    public long getBatches() {
        return view.now().batches();
    }

    @Override
    public long[] getBatchesBySize() {
        return view.now().batchesBySize();
    }

    @Override
    public long getCompletions() {
        return view.now().completions();
    }

    @Override
    public int getLargestBatch() {
        return view.now().largestBatch();
    }

    @Override
    public long getForeignPackets() {
        return view.now().foreignPackets();
    }

    @Override
    public long getFailedDequeues() {
        return view.now().failedDequeues();
    }

    @Override
    public long getUntakenConnections() {
        return view.now().untakenConnections();
    }

    @Override
    public long getOperationsAccepted() {
        return view.now().operationsAccepted();
    }

    @Override
    public long getOperationsCompleted() {
        return view.now().operationsCompleted();
    }

    @Override
    public long getOperationsCompletedInline() {
        return view.now().operationsCompletedInline();
    }

    @Override
    public long getBytes() {
        return view.now().bytes();
    }

    @Override
    public long getOperationsQuarantined() {
        return view.now().operationsQuarantined();
    }

    @Override
    public long getUnbalancedDevices() {
        return view.now().unbalancedDevices();
    }

    @Override
    public Map<String, Long> getFailures() {
        return view.now().failuresByName();
    }

    @Override
    public List<Worker> getWorkerStates() {
        return view.now().workerStates().stream().map(WorkerBean::new).collect(Collectors.toUnmodifiableList());
    }

    @Override
    public int getDeviceCount() {
        return view.now().deviceCount();
    }

    @Override
    public List<Device> getDevices() {
        return view.now().devices().stream().map(DeviceBean::new).collect(Collectors.toUnmodifiableList());
    }

    /** One worker of a snapshot. */
    private static final class WorkerBean implements Worker {
        private final WorkerSnapshot worker;

        WorkerBean(final WorkerSnapshot worker) {
            this.worker = worker;
        }

        @Override
        public WorkerActivity getActivity() {
            return worker.activity();
        }

        @Override
        public long getMillis() {
            return worker.duration().toMillis();
        }
    }

    /** One device of a snapshot. */
    private static final class DeviceBean implements Device {
        private final DeviceSnapshot device;

        DeviceBean(final DeviceSnapshot device) {
            this.device = device;
        }

        @Override
        public long getKey() {
            return device.key();
        }

        @Override
        public DeviceKind getKind() {
            return device.kind();
        }

        @Override
        public String getName() {
            return device.name();
        }

        @Override
        public boolean isClosing() {
            return device.closing();
        }

        @Override
        public int getOperationsInFlight() {
            return device.operationsInFlight();
        }

        @Override
        public long getOperationsAccepted() {
            return device.operationsAccepted();
        }

        @Override
        public long getOperationsCompleted() {
            return device.operationsCompleted();
        }

        @Override
        public long getOperationsCompletedInline() {
            return device.operationsCompletedInline();
        }

        @Override
        public long getBytes() {
            return device.bytes();
        }
    }
}
