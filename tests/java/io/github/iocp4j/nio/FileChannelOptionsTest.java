package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How file channels are opened: options, attributes and sharing. */
@Timeout(120)
final class FileChannelOptionsTest extends EachFileChannel {
    @ParameterizedTest
    @EnumSource
    void optionsOfOpen(final Opener opener) throws Exception {
        assertThatThrownBy(() -> opener.open(path)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path, WRITE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path.resolve("in"), WRITE, CREATE))
                .isInstanceOf(NoSuchFileException.class);
        // Without WRITE these are ignored.
        assertThatThrownBy(() -> opener.open(path, CREATE)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path, READ, CREATE_NEW)).isInstanceOf(NoSuchFileException.class);
        opener.open(path, WRITE, CREATE_NEW, CREATE, TRUNCATE_EXISTING, SPARSE).close();
        assertThatThrownBy(() -> opener.open(path, WRITE, CREATE_NEW)).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> opener.open(path, WRITE, CREATE, CREATE_NEW))
                .isInstanceOf(FileAlreadyExistsException.class);
        Files.writeString(path, "content");
        opener.open(path, READ, TRUNCATE_EXISTING).close();
        opener.open(path, WRITE, CREATE).close();
        opener.open(path, WRITE, WRITE, SYNC, DSYNC).close();
        opener.open(path, READ, LinkOption.NOFOLLOW_LINKS).close();
        assertThat(content()).isEqualTo("content");
        opener.open(path, WRITE, TRUNCATE_EXISTING).close();
        assertThat(content()).isEmpty();
        Files.writeString(path, "content");
        opener.open(path, WRITE, CREATE, TRUNCATE_EXISTING).close();
        assertThat(content()).isEmpty();
        assertThatThrownBy(() -> opener.open(folder.resolve("missing"), WRITE, TRUNCATE_EXISTING))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> opener.open(path, APPEND)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, WRITE, APPEND)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, new OpenOption() { }))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, READ, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> opener.open(null, READ)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> opener.open(path, (Set<OpenOption>) null, null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> opener.open(folder)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> opener.open(folder, WRITE)).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> opener.open(Path.of("Q:\\missing\\file"))).isInstanceOf(FileSystemException.class);
    }

    @ParameterizedTest
    @EnumSource
    void othersMayDoAsTheyLikeUnlessAnOptionForbidsIt(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, WRITE, CREATE);
                AsynchronousFileChannel second = opener.open(path, READ, WRITE)) {
            channel.write(heap("shared"), 0).get();
            assertThat(second.read(ByteBuffer.allocate(10), 0).get()).isEqualTo(6);
            assertThat(content()).isEqualTo("shared");
        }
        try (AsynchronousFileChannel channel =
                opener.open(path, READ, extended("NOSHARE_WRITE"), extended("NOSHARE_DELETE"))) {
            assertThatThrownBy(() -> opener.open(path, WRITE)).isInstanceOf(FileSystemException.class);
            opener.open(path).close();
            assertThatThrownBy(() -> Files.delete(path)).isInstanceOf(FileSystemException.class);
            assertThat(channel.size()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpenFileIsSharedForReadingWritingAndDeleting(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            channel.write(heap("content"), 0).get();
            assertThat(content()).isEqualTo("content");
            Files.writeString(path, "changed");
            Files.delete(path);
            final ByteBuffer target = ByteBuffer.allocate(7);
            assertThat(channel.read(target, 0).get()).isEqualTo(7);
            assertThat(target.flip()).isEqualTo(heap("changed"));
        }
        assertThat(path).doesNotExist();
    }

    /** Also while operations are in flight. */
    @Test
    void aClosedFileIsNoLongerOpen() throws Exception {
        Files.writeString(path, "content");
        for (int i = 0; i < 200; i++) {
            final AsynchronousFileChannel channel = Opener.OURS.open(path);
            for (int j = 0; j < 8; j++) {
                channel.read(ByteBuffer.allocate(7), 0);
            }
            channel.close();
            FileChannel.open(path, READ, extended("NOSHARE_READ")).close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileCanBeDeletedOnClose(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, WRITE, CREATE_NEW, DELETE_ON_CLOSE)) {
            assertThat(channel.write(heap("content"), 0).get()).isEqualTo(7);
            assertThat(path).exists();
        }
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void attributesOfWindowsAreSet(final Opener opener) throws Exception {
        assertThatThrownBy(() -> opener.open(path, Set.of(WRITE, CREATE), null, attribute("dos:hidden", true)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, Set.of(READ), null, attribute("posix:permissions", Set.of())))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> opener.open(path, Set.of(WRITE), null, (FileAttribute<?>) null))
                .isInstanceOf(NullPointerException.class);
        assertThat(path).doesNotExist();
        final Path model = Files.createFile(folder.resolve("model"));
        final List<AclEntry> list = Files.getFileAttributeView(model, AclFileAttributeView.class).getAcl();
        opener.open(path, Set.of(WRITE, CREATE_NEW), null, attribute("acl:acl", list)).close();
        assertThat(path).isEmptyFile();
        final FileAttribute<?> acl = attribute("acl:acl", list);
        assertThatThrownBy(() -> opener.open(path, Set.of(WRITE, CREATE_NEW), null, acl))
                .isInstanceOf(FileAlreadyExistsException.class);
        opener.open(path, Set.of(WRITE, CREATE), null, attribute("acl:acl", list)).close();
        opener.open(path, Set.of(READ), null, attribute("acl:acl", list)).close();
    }

    /** Found by name, because the compiler warns of the class. */
    private static OpenOption extended(final String name) throws ReflectiveOperationException {
        return (OpenOption) Class.forName("com.sun.nio.file.ExtendedOpenOption").getField(name).get(null);
    }

    private static FileAttribute<?> attribute(final String name, final Object value) {
        return new FileAttribute<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Object value() {
                return value;
            }
        };
    }
}
