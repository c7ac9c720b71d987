import java.io.File;
import java.nio.file.Path;

/** The machine on which this runs: Windows, or another system with Wine. */
final class Host {
    static final boolean WINDOWS = File.separatorChar == '\\';
    static final boolean MSVC = WINDOWS && !"mingw".equals(System.getenv("IOCP4J_COMPILER"));

    private Host() {}

    /** A launcher of Windows programs for other systems, in the project's folder {@code cmake}. */
    static String program(final String name) {
        return Path.of("cmake", name).toAbsolutePath().toString();
    }
}
