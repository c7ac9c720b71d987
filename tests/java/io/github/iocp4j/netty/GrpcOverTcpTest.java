package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC, that is HTTP/2, over TCP: in clear, and with the TLS of the JDK. */
@Timeout(300)
final class GrpcOverTcpTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());

    @Test
    void callsAndStreamsInClear() throws Exception {
        verify(server(), client -> client.usePlaintext());
    }

    @Test
    void callsAndStreamsWithTls() throws Exception {
        final X509Bundle certificate = new CertificateBuilder().ecp256().subject("cn=localhost")
                .addSanDnsName("localhost").setIsCertificateAuthority(true).buildSelfSigned();
        final NettyServerBuilder server = server().sslContext(GrpcSslContexts.configure(
                SslContextBuilder.forServer(certificate.toKeyManagerFactory()), SslProvider.JDK).build());
        verify(server, client -> client.overrideAuthority("localhost").sslContext(GrpcSslContexts.configure(
                GrpcSslContexts.forClient().trustManager(certificate.getCertificate()), SslProvider.JDK).build()));
    }

    private NettyServerBuilder server() {
        return NettyServerBuilder.forAddress(Loops.loopback(0)).channelType(IocpServerSocketChannel.class)
                .bossEventLoopGroup(group).workerEventLoopGroup(group).addService(GrpcEcho.service());
    }

    private void verify(final NettyServerBuilder servers, final Configuration configuration) throws Exception {
        final Server server = servers.build().start();
        final ManagedChannel channel = configuration.apply(NettyChannelBuilder
                .forAddress(Loops.loopback(server.getPort())).channelType(IocpSocketChannel.class)
                .eventLoopGroup(group)).build();
        GrpcEcho.exercise(channel);

        assertThat(channel.shutdown().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(server.shutdown().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
    }

    /** What the test wants of the client. */
    private interface Configuration {
        NettyChannelBuilder apply(NettyChannelBuilder client) throws Exception;
    }
}
