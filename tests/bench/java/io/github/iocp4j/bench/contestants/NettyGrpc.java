package io.github.iocp4j.bench.contestants;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** A gRPC server that answers each call with the same bytes, on the event loop of the connection. */
final class NettyGrpc implements NettyWorkload {
    private static final int WINDOW = 1 << 20;
    private static final MethodDescriptor<byte[], byte[]> PING = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodType.UNARY).setFullMethodName("bench/ping")
            .setRequestMarshaller(new Bytes()).setResponseMarshaller(new Bytes()).build();

    private final Server server;

    /** Arguments: the name of a transport. */
    NettyGrpc(final List<String> arguments) throws IOException {
        final NettyTransport transport = NettyTransport.valueOf(arguments.get(0));
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .bossEventLoopGroup(transport.acceptor()).workerEventLoopGroup(transport.workers())
                .channelType(transport.channel()).directExecutor()
                // A window of its own choice makes it ping the client, which does not answer.
                .flowControlWindow(WINDOW)
                .addService(ServerServiceDefinition.builder("bench")
                        .addMethod(PING, ServerCalls.asyncUnaryCall((request, response) -> {
                            response.onNext(request);
                            response.onCompleted();
                        })).build())
                .build().start();
    }

    @Override
    public SocketAddress bound() {
        return server.getListenSockets().get(0);
    }

    /** Messages are bytes, so that no code is generated. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(final byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(final InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (final IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }
}
