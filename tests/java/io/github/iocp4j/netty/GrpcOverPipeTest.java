package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC, which knows only Netty, over a named pipe. */
@Timeout(120)
final class GrpcOverPipeTest {
    @Test
    void callsAndStreams() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        final Server server = NettyServerBuilder.forAddress(address).channelType(IocpNamedPipeServerChannel.class)
                .bossEventLoopGroup(group).workerEventLoopGroup(group).addService(GrpcEcho.service()).build().start();
        final ManagedChannel channel = NettyChannelBuilder.forAddress(address)
                .channelType(IocpNamedPipeChannel.class).eventLoopGroup(group).usePlaintext().build();
        GrpcEcho.exercise(channel);

        assertThat(channel.shutdown().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(server.shutdown().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
    }
}
