package io.github.iocp4j.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC, which knows only Netty, over a named pipe. */
@Timeout(120)
final class GrpcOverPipeTest {
    private static final MethodDescriptor<String, String> GREET = method("greet", MethodType.UNARY);
    private static final MethodDescriptor<String, String> ECHO = method("echo", MethodType.BIDI_STREAMING);

    private static MethodDescriptor<String, String> method(final String name, final MethodType type) {
        return MethodDescriptor.<String, String>newBuilder().setType(type).setFullMethodName("test/" + name)
                .setRequestMarshaller(new Text()).setResponseMarshaller(new Text()).build();
    }

    private static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test")
                .addMethod(GREET, ServerCalls.asyncUnaryCall((request, response) -> {
                    response.onNext("hello " + request);
                    response.onCompleted();
                }))
                .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(response -> response)).build();
    }

    @Test
    void callsAndStreams() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        final Server server = NettyServerBuilder.forAddress(address).channelType(IocpNamedPipeServerChannel.class)
                .bossEventLoopGroup(group).workerEventLoopGroup(group).addService(service()).build().start();
        final ManagedChannel channel = NettyChannelBuilder.forAddress(address)
                .channelType(IocpNamedPipeChannel.class).eventLoopGroup(group).usePlaintext().build();
        for (int i = 0; i < 20; i++) {
            assertThat(ClientCalls.blockingUnaryCall(channel, GREET, CallOptions.DEFAULT, "pipe " + i))
                    .isEqualTo("hello pipe " + i);
        }
        final Received received = new Received();
        final StreamObserver<String> requests =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(ECHO, CallOptions.DEFAULT), received);
        for (int i = 0; i < 200; i++) {
            requests.onNext("x".repeat(10_000));
        }
        requests.onCompleted();
        assertThat(received.length.get()).isEqualTo(2_000_000);

        assertThat(channel.shutdown().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(server.shutdown().awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
    }

    /** Adds up what a stream brings. */
    private static final class Received implements StreamObserver<String> {
        private final CompletableFuture<Integer> length = new CompletableFuture<>();
        private int sum;

        @Override
        public void onNext(final String text) {
            sum += text.length();
        }

        @Override
        public void onError(final Throwable failure) {
            length.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            length.complete(sum);
        }
    }

    /** Messages are texts, so that the test needs no generated code. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(final String text) {
            return new ByteArrayInputStream(text.getBytes(UTF_8));
        }

        @Override
        public String parse(final InputStream bytes) {
            try {
                return new String(bytes.readAllBytes(), UTF_8);
            } catch (final IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }
}
