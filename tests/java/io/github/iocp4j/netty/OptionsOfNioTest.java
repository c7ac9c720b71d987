package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A channel lists every option that the channel of Netty's NIO lists in whose place it is. */
final class OptionsOfNioTest {
    /** Newer JDKs have these. The first three can be set, but are not listed, because not every Windows has them. */
    private static final Set<String> NOT_LISTED =
            Set.of("TCP_KEEPIDLE", "TCP_KEEPINTERVAL", "TCP_KEEPCOUNT", "IP_DONTFRAGMENT");

    @Test
    void connections() {
        check(new NioSocketChannel(), new IocpSocketChannel());
    }

    @Test
    void servers() {
        check(new NioServerSocketChannel(), new IocpServerSocketChannel());
    }

    @Test
    void datagrams() {
        check(new NioDatagramChannel(), new IocpDatagramChannel());
    }

    private static void check(final Channel nio, final Channel ours) {
        final Set<String> expected = names(nio);
        expected.removeAll(NOT_LISTED);
        assertThat(names(ours)).containsAll(expected);
        nio.unsafe().closeForcibly();
        ours.unsafe().closeForcibly();
    }

    private static Set<String> names(final Channel channel) {
        return channel.config().getOptions().keySet().stream().map(ChannelOption::name).collect(Collectors.toSet());
    }
}
