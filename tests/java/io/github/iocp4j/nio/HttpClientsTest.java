package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two widely used HTTP clients talk to a server on a pipe, through the factory of sockets only. */
@org.junit.jupiter.api.Timeout(180)
final class HttpClientsTest {
    private static final int TOGETHER = 100;
    private static final int UPLOAD = 64 << 20;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final String HOST = "http://localhost";

    private PipeHttpServer server;
    /** Counted down by a request that is not answered. */
    private final CountDownLatch silent = new CountDownLatch(1);
    /** Answers when all have come, so that each needs a connection of its own. */
    private final CountDownLatch together = new CountDownLatch(TOGETHER);

    /** Sends a request and returns the body of the answer. */
    private interface Exchange {
        String get(String path) throws Exception;
    }

    @BeforeEach
    void open() throws IOException {
        server = new PipeHttpServer(PipeMode.BYTE, this::answer);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        assertThat(server.failures).isEmpty();
    }

    @Test
    void apacheKeepsConnectionsAliveAndChecksWhetherTheyAreStale() throws Exception {
        try (CloseableHttpClient client = apache()) {
            // Each check is a read with a timeout of 1 ms, which must lose no byte.
            for (int i = 0; i < 50; i++) {
                assertThat(body(client, new HttpGet(HOST + "/chunked" + i))).isEqualTo("one two /chunked" + i);
                assertThat(body(client, new HttpGet(HOST + "/" + i))).isEqualTo("echo /" + i);
            }
            assertThat(server.connections).hasValue(1);
            server.closeConnections();
            assertThat(body(client, new HttpGet(HOST + "/again"))).isEqualTo("echo /again");
            assertThat(server.connections).hasValue(2);
        }
    }

    @Test
    void apacheUploads() throws Exception {
        final byte[] upload = upload();
        try (CloseableHttpClient client = apache()) {
            for (final boolean chunked : new boolean[] {false, true}) {
                final HttpPost post = new HttpPost(HOST + "/upload");
                post.setEntity(new ByteArrayEntity(upload, ContentType.APPLICATION_OCTET_STREAM, chunked));
                assertThat(body(client, post)).isEqualTo(checksum(upload));
            }
            assertThat(server.connections).hasValue(1);
        }
    }

    @Test
    void apacheTimesOut() throws Exception {
        try (CloseableHttpClient client = apache()) {
            final HttpGet get = new HttpGet(HOST + "/silent");
            get.setConfig(RequestConfig.custom().setResponseTimeout(Timeout.ofMilliseconds(200)).build());
            assertThatThrownBy(() -> body(client, get)).isInstanceOf(InterruptedIOException.class);
            assertThat(body(client, new HttpGet(HOST + "/next"))).isEqualTo("echo /next");
        }
    }

    @Test
    void apacheSendsManyAtOnce() throws Exception {
        try (CloseableHttpClient client = apache()) {
            manyAtOnce(path -> body(client, new HttpGet(HOST + path)));
        }
    }

    @Test
    void apacheAbortsARequest() throws Exception {
        try (CloseableHttpClient client = apache()) {
            final HttpGet get = new HttpGet(HOST + "/silent");
            final ExecutorService other = Executors.newSingleThreadExecutor();
            final Future<String> answer = other.submit(() -> body(client, get));
            silent.await();
            get.abort();
            assertThatThrownBy(answer::get).hasCauseInstanceOf(IOException.class);
            other.shutdown();
        }
    }

    @Test
    void okHttpKeepsConnectionsAlive() throws Exception {
        final OkHttpClient client = okHttp();
        for (int i = 0; i < 50; i++) {
            assertThat(body(client, get("/chunked" + i))).isEqualTo("one two /chunked" + i);
            assertThat(body(client, get("/" + i))).isEqualTo("echo /" + i);
        }
        assertThat(server.connections).hasValue(1);
        server.closeConnections();
        assertThat(body(client, get("/again"))).isEqualTo("echo /again");
        assertThat(server.connections).hasValue(2);
        client.connectionPool().evictAll();
    }

    @Test
    void okHttpUploads() throws Exception {
        final byte[] upload = upload();
        final OkHttpClient client = okHttp();
        final RequestBody body = RequestBody.create(upload, MediaType.get("application/octet-stream"));
        assertThat(body(client, new Request.Builder().url(HOST + "/upload").post(body).build()))
                .isEqualTo(checksum(upload));
        client.connectionPool().evictAll();
    }

    @Test
    void okHttpTimesOut() throws Exception {
        final OkHttpClient client = okHttp().newBuilder().readTimeout(200, TimeUnit.MILLISECONDS).build();
        assertThatThrownBy(() -> body(client, get("/silent"))).isInstanceOf(InterruptedIOException.class);
        assertThat(body(client, get("/next"))).isEqualTo("echo /next");
        client.connectionPool().evictAll();
    }

    @Test
    void okHttpSendsManyAtOnce() throws Exception {
        final OkHttpClient client = okHttp();
        manyAtOnce(path -> body(client, get(path)));
        client.connectionPool().evictAll();
    }

    private void manyAtOnce(final Exchange exchange) throws Exception {
        final ExecutorService threads = Executors.newFixedThreadPool(TOGETHER);
        for (final String path : new String[] {"/together", "/", "/chunked"}) {
            final List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < TOGETHER; i++) {
                final String target = path + i;
                answers.add(threads.submit(() -> exchange.get(target)));
            }
            for (int i = 0; i < TOGETHER; i++) {
                assertThat(answers.get(i).get()).endsWith(path + i);
            }
        }
        assertThat(server.connections).hasValueGreaterThanOrEqualTo(TOGETHER);
        threads.shutdown();
    }

    private void answer(final String path, final CRC32 body, final InputStream in, final PipeSocket socket)
            throws Exception {
        final OutputStream out = socket.getOutputStream();
        if (path.startsWith("/chunked")) {
            PipeHttpServer.beginChunks(out);
            for (final String chunk : new String[] {"one ", "two ", path, ""}) {
                PipeHttpServer.sendChunk(out, PipeHttpServer.text(chunk));
            }
        } else if (path.startsWith("/silent")) {
            silent.countDown();
            Thread.currentThread().join();
        } else if (path.startsWith("/upload")) {
            PipeHttpServer.send(out, Long.toHexString(body.getValue()));
        } else {
            if (path.startsWith("/together")) {
                together.countDown();
                together.await();
            }
            PipeHttpServer.send(out, "echo " + path);
        }
    }

    private static byte[] upload() {
        final byte[] upload = new byte[UPLOAD];
        new Random(3).nextBytes(upload);
        return upload;
    }

    private static String checksum(final byte[] data) {
        final CRC32 crc = new CRC32();
        crc.update(data);
        return Long.toHexString(crc.getValue());
    }

    private CloseableHttpClient apache() {
        final PipeSocketFactory factory = PipeSocketFactory.of(server.pipe);
        final PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager(
                new DefaultHttpClientConnectionOperator(proxy -> factory.createSocket(), null, null, name -> null),
                PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, TimeValue.NEG_ONE_MILLISECOND, null);
        connections.setMaxTotal(TOGETHER);
        connections.setDefaultMaxPerRoute(TOGETHER);
        connections.setDefaultConnectionConfig(
                ConnectionConfig.custom().setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS).build());
        return HttpClients.custom().setConnectionManager(connections).disableAutomaticRetries().build();
    }

    private static String body(final CloseableHttpClient client, final ClassicHttpRequest request) throws Exception {
        return client.execute(request, answer -> EntityUtils.toString(answer.getEntity()));
    }

    private OkHttpClient okHttp() {
        return new OkHttpClient.Builder().socketFactory(PipeSocketFactory.of(server.pipe))
                .dns(host -> List.of(InetAddress.getLoopbackAddress()))
                // Its defaults of 10 seconds fail on a busy machine.
                .connectTimeout(TIMEOUT).readTimeout(TIMEOUT).writeTimeout(TIMEOUT).build();
    }

    private static Request get(final String path) {
        return new Request.Builder().url(HOST + path).build();
    }

    private static String body(final OkHttpClient client, final Request request) throws IOException {
        try (Response answer = client.newCall(request).execute()) {
            return answer.body().string();
        }
    }
}
