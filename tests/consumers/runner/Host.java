import java.io.File;
import java.nio.file.Path;

/** The machine that this runs on: Windows, or one that has Wine. */
final class Host {
    static final boolean WINDOWS = File.separatorChar == '\\';
    static final boolean MSVC = WINDOWS && !"mingw".equals(System.getenv("IOCP4J_COMPILER"));

    private Host() {}

    /** What runs Windows programs elsewhere: a file of the project's folder {@code cmake}. */
    static String program(final String name) {
        return Path.of("cmake", name).toAbsolutePath().toString();
    }
}
