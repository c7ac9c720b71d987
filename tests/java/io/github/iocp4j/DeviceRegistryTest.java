package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.internal.OpenedDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Java objects of devices, found by key. */
final class DeviceRegistryTest {
    private final DeviceRegistry registry = new DeviceRegistry();

    @Test
    void findsWhatWasAdded() {
        final Device device = registry.add(device(1, 3));

        assertThat(registry.find(key(1, 3))).isSameAs(device);
    }

    @Test
    void findsNothingElse() {
        registry.add(device(1, 3));

        assertThat(registry.find(key(1, 4))).as("an empty slot").isNull();
        assertThat(registry.find(key(2, 3))).as("a later life of the slot").isNull();
        assertThat(registry.find(key(1, 100_000))).as("a slot beyond the table").isNull();
        assertThat(registry.find(0)).isNull();
        assertThat(registry.find(key(1, -1))).as("no slot").isNull();
    }

    @Test
    void forgetsWhatWasRemoved() {
        registry.add(device(1, 3));

        registry.remove(key(1, 3));

        assertThat(registry.find(key(1, 3))).isNull();
    }

    @Test
    void removesNothingElse() {
        final Device device = registry.add(device(2, 3));

        registry.remove(key(1, 3));
        registry.remove(key(1, 100_000));

        assertThat(registry.find(key(2, 3))).isSameAs(device);
    }

    /** As when a port is closed while another thread has opened a device on it and is about to add the object. */
    @Test
    void keepsTheLaterDeviceOfASlot() {
        final Device later = registry.add(device(2, 3));

        registry.add(device(1, 3));

        assertThat(registry.find(key(2, 3))).isSameAs(later);
        assertThat(registry.find(key(1, 3))).isNull();
        assertThat(registry.remove(key(1, 3))).isNull();
    }

    @Test
    void replacesTheEarlierDeviceOfASlot() {
        registry.add(device(1, 3));

        final Device later = registry.add(device(2, 3));

        assertThat(registry.find(key(2, 3))).isSameAs(later);
    }

    @Test
    void grows() {
        final List<Device> devices = new ArrayList<>();
        for (int slot = 0; slot < 5_000; slot++) {
            devices.add(registry.add(device(1, slot)));
        }

        for (final Device device : devices) {
            assertThat(registry.find(device.key())).isSameAs(device);
        }
    }

    @Test
    void losesNothingWhileItGrowsUnderReaders() throws Exception {
        final int threads = 4;
        final CountDownLatch start = new CountDownLatch(1);
        final ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            final List<Future<?>> work = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                final int first = thread;
                work.add(pool.submit(() -> {
                    start.await();
                    for (int slot = first; slot < 20_000; slot += threads) {
                        final Device device = registry.add(device(1, slot));
                        assertThat(registry.find(device.key())).isSameAs(device);
                        if (slot % 2 == 1) {
                            registry.remove(device.key());
                            assertThat(registry.find(device.key())).isNull();
                        }
                    }
                    return null;
                }));
            }
            start.countDown();
            for (final Future<?> done : work) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        for (int slot = 0; slot < 20_000; slot++) {
            assertThat(registry.find(key(1, slot)) != null).isEqualTo(slot % 2 == 0);
        }
    }

    private static long key(final int generation, final int slot) {
        return (long) generation << 32 | slot;
    }

    private static Device device(final int generation, final int slot) {
        return new Device(new OpenedDevice(null, key(generation, slot), "test")) { };
    }
}
