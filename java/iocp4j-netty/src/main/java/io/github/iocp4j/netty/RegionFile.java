package io.github.iocp4j.netty;

import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;

/**
 * The file of a {@link DefaultFileRegion}, which Netty does not give out. Its native transports read the same two
 * fields. On the module path, that needs
 * {@code --add-opens io.netty.transport/io.netty.channel=io.github.iocp4j.netty}.
 */
final class RegionFile {
    private static final Field FILE = field("file");
    private static final Field TRANSFERRED = field("transferred");

    private RegionFile() {
    }

    /** Opens the region; returns null if its file is unknown, or if the region may not consist of the file's bytes. */
    static FileChannel open(final FileRegion region) throws IOException {
        if (FILE == null || TRANSFERRED == null || region.getClass() != DefaultFileRegion.class) {
            return null;
        }
        ((DefaultFileRegion) region).open();
        try {
            return (FileChannel) FILE.get(region);
        } catch (final IllegalAccessException impossible) {
            throw new AssertionError("The field is accessible", impossible);
        }
    }

    /** So many bytes more of the region have been written. */
    static void transferred(final FileRegion region, final long bytes) {
        try {
            TRANSFERRED.setLong(region, region.transferred() + bytes);
        } catch (final IllegalAccessException impossible) {
            throw new AssertionError("The field is accessible", impossible);
        }
    }

    private static Field field(final String name) {
        try {
            final Field field = DefaultFileRegion.class.getDeclaredField(name);
            return field.trySetAccessible() ? field : null;
        } catch (final NoSuchFieldException otherNetty) {
            return null;
        }
    }
}
