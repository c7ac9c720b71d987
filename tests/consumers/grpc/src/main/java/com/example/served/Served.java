package com.example.served;

import io.github.iocp4j.netty.Iocp;
import io.github.iocp4j.netty.IocpIoHandler;
import io.github.iocp4j.netty.IocpNamedPipeChannel;
import io.github.iocp4j.netty.IocpNamedPipeServerChannel;
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
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Serves gRPC over a named pipe, and calls it. */
public final class Served {
    private static final MethodDescriptor<String, String> GREET = MethodDescriptor.<String, String>newBuilder()
            .setType(MethodType.UNARY).setFullMethodName("example/greet")
            .setRequestMarshaller(new Text()).setResponseMarshaller(new Text()).build();

    private static final int CALLS = 100;

    private Served() {
    }

    /**
     * Ends with an exception if a call returns another answer.
     *
     * @param args none
     * @throws Exception when gRPC does
     */
    public static void main(final String[] args) throws Exception {
        if (!Iocp.isAvailable()) {
            throw new IllegalStateException("The transport is not available", Iocp.unavailabilityCause());
        }
        final NamedPipeAddress address = NamedPipeAddress.of("iocp4j-served-" + ProcessHandle.current().pid());
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        try {
            serve(address, group);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.MINUTES).sync();
        }
        System.out.println("ok: " + CALLS + " calls over " + address);
    }

    private static void serve(final NamedPipeAddress address, final EventLoopGroup group) throws Exception {
        final Server server = NettyServerBuilder.forAddress(address).channelType(IocpNamedPipeServerChannel.class)
                .bossEventLoopGroup(group).workerEventLoopGroup(group).addService(service()).build().start();
        final ManagedChannel channel = NettyChannelBuilder.forAddress(address)
                .channelType(IocpNamedPipeChannel.class).eventLoopGroup(group).usePlaintext().build();
        for (int i = 0; i < CALLS; i++) {
            final String answer = ClientCalls.blockingUnaryCall(channel, GREET, CallOptions.DEFAULT, "call " + i);
            if (!answer.equals("hello, call " + i)) {
                throw new IllegalStateException("Unexpected answer: " + answer);
            }
        }
        channel.shutdown().awaitTermination(1, TimeUnit.MINUTES);
        server.shutdown().awaitTermination(1, TimeUnit.MINUTES);
    }

    private static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("example")
                .addMethod(GREET, ServerCalls.asyncUnaryCall((request, response) -> {
                    response.onNext("hello, " + request);
                    response.onCompleted();
                })).build();
    }

    /** Messages are texts, so that the program needs no generated code. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(final String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(final InputStream bytes) {
            try {
                return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
            } catch (final IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }
}
