package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.nio.CompletionPortChannelProvider;
import io.github.iocp4j.nio.FileChannels;
import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.tools.copy.DefaultCopy;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.scalasbt.ipcsocket.Win32NamedPipeServerSocket;
import org.scalasbt.ipcsocket.Win32SecurityLevel;

/**
 * The process of one contestant. It answers commands on standard input, one a line, as the native floor does:
 *
 * <pre>
 * at first           ready ADDRESS
 * run MILLISECONDS   ops N seconds S
 * counters           allocated BYTES upcalls N completions N    since the start
 * </pre>
 *
 * <p>The process ends at the end of its input.
 */
public final class Contestant {
    private static final Map<String, Maker> WORKLOADS = Map.ofEntries(
            Map.entry("posted-packets.iocp4j", PostedPackets::new),
            Map.entry("posted-packets.jna", PostedPacketsJna::new),
            Map.entry("backlog.iocp4j", Backlog::new),
            Map.entry("file-reads.iocp4j", FileReads::new),
            Map.entry("file-reads.jdk",
                    arguments -> new FileReadsAsynchronous(AsynchronousFileChannel::open, arguments)),
            Map.entry("file-reads.nio", arguments -> new FileReadsAsynchronous(FileChannels::open, arguments)),
            Map.entry("file-reads.channel", FileReadsChannel::new),
            Map.entry("file-copy.iocp4j", arguments -> new FileCopy(DefaultCopy::file, arguments)),
            Map.entry("file-copy.jdk", arguments -> new FileCopy(Files::copy, arguments)),
            Map.entry("folder-copy.iocp4j", arguments -> new FileCopy(DefaultCopy::folder, arguments)),
            Map.entry("folder-copy.jdk", arguments -> new FileCopy(FileCopy::eachFile, arguments)),
            Map.entry("open-close.iocp4j", OpenClose::new),
            Map.entry("open-close.jdk", OpenCloseJdk::new),
            Map.entry("socket-echo.iocp4j", SocketEcho::new),
            Map.entry("socket-echo.ports", SocketEchoPorts::new),
            Map.entry("socket-echo.jdk", arguments -> new SocketEchoAsynchronous(
                    AsynchronousChannelProvider.provider(), arguments)),
            Map.entry("socket-echo.nio", arguments -> new SocketEchoAsynchronous(
                    new CompletionPortChannelProvider(), arguments)),
            Map.entry("socket-echo.netty", arguments -> new NettyServer(new NettyEcho(), arguments)),
            Map.entry("http.netty", arguments -> new NettyServer(new NettyPlaintext(), arguments)),
            Map.entry("grpc.netty", NettyGrpc::new),
            Map.entry("socket-echo.selector", SocketEchoSelector::new),
            Map.entry("socket-echo.threads", SocketEchoThreads::new),
            Map.entry("pipe-echo.iocp4j", PipeEcho::new),
            Map.entry("pipe-echo.sockets", arguments -> new PipeEchoSockets(PipeServerSocket::new, arguments)),
            Map.entry("pipe-echo.ipcsocket", arguments -> new PipeEchoSockets(
                    path -> new Win32NamedPipeServerSocket(path, true, Win32SecurityLevel.NO_SECURITY), arguments)),
            Map.entry("pipe-echo.jna", PipeEchoJna::new),
            Map.entry("syelogd.iocp4j", Syelogd::new));

    /** Makes a workload from its arguments. */
    private interface Maker {
        Workload make(List<String> arguments) throws Exception;
    }

    private Contestant() {
    }

    /**
     * Serves until the end of standard input.
     *
     * @param args the workload and its arguments
     * @throws Exception when the workload cannot be made ready, or an operation fails
     */
    public static void main(final String[] args) throws Exception {
        final List<String> arguments = List.of(args);
        serve(WORKLOADS.get(arguments.get(0)).make(arguments.subList(1, arguments.size())));
        System.exit(0);
    }

    private static void serve(final Workload workload) throws Exception {
        // Not System.in, which queries the available bytes: Wine cannot query them on the driver's pipe.
        final BufferedReader commands = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.US_ASCII));
        long ownAllocated = 0;
        System.out.println("ready " + workload.address());
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            final String[] command = line.split(" ");
            switch (command[0]) {
                case "run":
                    final long allocated = AllocatedBytes.ofThisThread();
                    final long begin = System.nanoTime();
                    final long operations = workload.run(Long.parseLong(command[1]));
                    final double seconds = (System.nanoTime() - begin) / 1e9;
                    if (workload.worksOnCallersThread()) {
                        ownAllocated += AllocatedBytes.ofThisThread() - allocated;
                    }
                    System.out.println("ops " + operations + " seconds " + seconds);
                    break;
                case "counters":
                    System.out.printf(Locale.ROOT, "allocated %d upcalls %d completions %d%n",
                            AllocatedBytes.ofOtherThreads() + ownAllocated, workload.upcalls(), workload.completions());
                    break;
                default:
                    throw new IOException("Unknown command: " + line);
            }
        }
    }
}
