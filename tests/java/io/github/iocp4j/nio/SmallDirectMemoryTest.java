package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The content of heap buffers is copied through a bounded pool of direct memory. */
@Timeout(300)
final class SmallDirectMemoryTest {
    /** Less than a quarter of the heap buffers in flight. */
    private static final String MEMORY = "-XX:MaxDirectMemorySize=8m";

    @ParameterizedTest
    @EnumSource
    void millionByteHeapBuffersNeedLittleDirectMemory(final SmallDirectMemoryProbe.What what) throws Exception {
        final List<String> arguments = new ArrayList<>(ChildJvm.nativeAccess());
        arguments.addAll(List.of(MEMORY, "-cp", System.getProperty("java.class.path"),
                SmallDirectMemoryProbe.class.getName(), what.name()));
        final ChildJvm program = ChildJvm.run(arguments);
        assertThat(program.output()).as(program.toString()).isEqualTo("ok");
    }
}
