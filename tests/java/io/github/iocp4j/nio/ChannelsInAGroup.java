package io.github.iocp4j.nio;

import java.nio.channels.AsynchronousChannelGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests of channels in a group of one thread. The group, with the channels left in it, ends after each test. */
abstract class ChannelsInAGroup {
    AsynchronousChannelGroup group;

    @BeforeEach
    void openGroup() throws Exception {
        group = ChannelPair.fixed(1);
    }

    @AfterEach
    void endGroup() throws Exception {
        ChannelPair.end(group);
    }
}
