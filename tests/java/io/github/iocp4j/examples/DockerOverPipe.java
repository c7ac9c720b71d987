package io.github.iocp4j.examples;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import io.github.iocp4j.nio.PipeSocket;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.HttpProcessors;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.net.URIAuthority;

/** A transport of docker-java: Docker's engine on a named pipe, with HttpCore and a connection for each request. */
public final class DockerOverPipe implements DockerHttpClient {
    private static final int CONNECT_MILLISECONDS = 10_000;
    private static final HttpRequestExecutor HTTP = new HttpRequestExecutor();

    private final NamedPipeAddress engine;

    /** A transport to an engine such as npipe:////./pipe/docker_engine. */
    public DockerOverPipe(final URI dockerHost) {
        engine = NamedPipeAddress.of(dockerHost.toString());
    }

    /** Prints the version and the containers of the engine on the pipe args[0]. */
    public static void main(final String[] args) throws IOException {
        final DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost("npipe:////./pipe/" + args[0]).build();
        // The transport was: new ApacheDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build()
        try (DockerClient docker = DockerClientImpl.getInstance(config, new DockerOverPipe(config.getDockerHost()))) {
            System.out.println("Docker " + docker.versionCmd().exec().getVersion());
            docker.listContainersCmd().exec().forEach(each -> System.out.println(each.getImage()));
        }
    }

    /** Sends a request. Closing the response ends the connection at once, also while its body is being read. */
    @Override
    public Response execute(final Request request) {
        final PipeSocket socket = new PipeSocket();
        try {
            socket.connect(engine, CONNECT_MILLISECONDS);
            final Response response = new Answer(exchange(request, socket), socket);
            if (request.hijackedInput() != null) {
                new Thread(() -> send(request.hijackedInput(), socket), "docker-stdin").start();
            }
            return response;
        } catch (final IOException | HttpException failure) {
            close(socket);
            throw new IllegalStateException("No answer from " + engine, failure);
        }
    }

    private static ClassicHttpResponse exchange(final Request request, final Socket socket)
            throws IOException, HttpException {
        final DefaultBHttpClientConnection connection = new DefaultBHttpClientConnection(Http1Config.DEFAULT);
        connection.bind(socket);
        final BasicClassicHttpRequest http = new BasicClassicHttpRequest(
                request.method(), "http", new URIAuthority("docker"), request.path());
        request.headers().forEach(http::setHeader);
        if (request.body() != null) {
            http.setEntity(new InputStreamEntity(request.body(), null));
        }
        final HttpCoreContext context = HttpCoreContext.create();
        HTTP.preProcess(http, HttpProcessors.client(), context);
        return HTTP.execute(http, connection, context);
    }

    /** After the header of the answer, an attached container gets what the program writes, to its end. */
    private static void send(final InputStream input, final Socket socket) {
        try (input) {
            input.transferTo(socket.getOutputStream());
            socket.shutdownOutput(); // Docker's pipe is in message mode, which has a half close.
        } catch (final IOException ended) {
            // The container has ended, or the response is closed: the reader of the body learns which.
        }
    }

    private static void close(final Socket socket) {
        try {
            socket.close();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        // Each response has its own connection.
    }

    private static final class Answer implements Response {
        private final ClassicHttpResponse http;
        private final Socket socket;
        private final InputStream body;

        Answer(final ClassicHttpResponse http, final Socket socket) throws IOException {
            this.http = http;
            this.socket = socket;
            body = http.getEntity() == null ? InputStream.nullInputStream() : http.getEntity().getContent();
        }

        @Override
        public int getStatusCode() {
            return http.getCode();
        }

        @Override
        public Map<String, List<String>> getHeaders() {
            return Arrays.stream(http.getHeaders()).collect(Collectors.groupingBy(
                    NameValuePair::getName, Collectors.mapping(NameValuePair::getValue, Collectors.toList())));
        }

        @Override
        public InputStream getBody() {
            return body;
        }

        @Override
        public void close() {
            DockerOverPipe.close(socket);
        }
    }
}
