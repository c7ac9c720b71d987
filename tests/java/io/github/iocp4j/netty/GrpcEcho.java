package io.github.iocp4j.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/** A service with a call and a stream, and a client of it. */
final class GrpcEcho {
    private static final int CALLS = 20;
    private static final int MESSAGES = 200;
    private static final int LENGTH = 10_000;
    private static final MethodDescriptor<String, String> GREET = method("greet", MethodType.UNARY);
    private static final MethodDescriptor<String, String> ECHO = method("echo", MethodType.BIDI_STREAMING);

    private static MethodDescriptor<String, String> method(final String name, final MethodType type) {
        return MethodDescriptor.<String, String>newBuilder().setType(type).setFullMethodName("test/" + name)
                .setRequestMarshaller(new Text()).setResponseMarshaller(new Text()).build();
    }

    private GrpcEcho() {
    }

    static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test")
                .addMethod(GREET, ServerCalls.asyncUnaryCall((request, response) -> {
                    response.onNext("hello " + request);
                    response.onCompleted();
                }))
                .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(response -> response)).build();
    }

    /** Calls, and sends a stream whose echo it reads. */
    static void exercise(final ManagedChannel channel) throws Exception {
        for (int i = 0; i < CALLS; i++) {
            assertThat(ClientCalls.blockingUnaryCall(channel, GREET, CallOptions.DEFAULT, "caller " + i))
                    .isEqualTo("hello caller " + i);
        }
        final Received received = new Received();
        final StreamObserver<String> requests =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(ECHO, CallOptions.DEFAULT), received);
        for (int i = 0; i < MESSAGES; i++) {
            requests.onNext("x".repeat(LENGTH));
        }
        requests.onCompleted();
        assertThat(received.length.get()).isEqualTo(MESSAGES * LENGTH);
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
