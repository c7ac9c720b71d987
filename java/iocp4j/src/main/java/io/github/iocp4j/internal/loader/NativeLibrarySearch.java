package io.github.iocp4j.internal.loader;

import io.github.iocp4j.NativeLibraryError;
import io.github.iocp4j.internal.PortAccess;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The search for {@code iocp4j.dll}: only the path in the property {@code iocp4j.library.path} if it is set; otherwise
 * the folders of {@code java.library.path}, then our own jar.
 *
 * <p>A file that does not fit is skipped, because {@code java.library.path} defaults to the PATH, and a DLL of another
 * program there must not prevent the use of the jar's own. When no file fits, the error lists all of them.
 *
 * <p>Only absolute paths are loaded: for a plain name Windows would also search the current folder, to which an
 * attacker may have written a DLL of that name. A DLL in a folder of {@code java.library.path} is loaded only if
 * {@link Writers} finds that only trusted users can have written it.
 */
public final class NativeLibrarySearch implements Function<Path, Loading> {
    public static final String FILE_NAME = "iocp4j.dll";
    public static final String LIBRARY_PATH = "iocp4j.library.path";
    private static final String JAVA_LIBRARY_PATH = "java.library.path";
    /** The folder that a JVM adds by itself. */
    private static final String DEFAULT_FOLDER = ".";
    private static final String JAR = "the copy in the jar";

    private final NativeHost host;
    private final List<String> tried = new ArrayList<>();
    /** Folders of {@code java.library.path} without the DLL. */
    private final List<String> empty = new ArrayList<>();
    /** Entries of {@code java.library.path} that are not absolute. */
    private final List<String> skipped = new ArrayList<>();
    /** How many of {@link #tried} are of {@code java.library.path}; they come first. */
    private int triedOfJavaLibraryPath;
    private final List<Throwable> failures = new ArrayList<>();

    public NativeLibrarySearch(final NativeHost host) {
        this.host = host;
    }

    /** Loads the library from the first place where that succeeds, or throws an error with the failure of each. */
    public void load() {
        requireWindows();
        final String named = host.property(LIBRARY_PATH);
        final boolean loaded = named == null || named.isEmpty()
                ? loadFromJavaLibraryPath() || loadFromJar()
                : loadFromNamedPlace(named);
        if (!loaded) {
            throw diagnosis();
        }
    }

    private void requireWindows() {
        final String system = host.property("os.name");
        final String architecture = host.property("os.arch");
        final boolean windows = system.startsWith("Windows");
        if (!windows || !("amd64".equals(architecture) || "x86_64".equals(architecture))) {
            throw PortAccess.get().libraryError(
                    "iocp4j runs on Windows x64; this JVM runs on " + system + " " + architecture
                    + (windows ? ": start the program with a 64-bit JVM for x64" : "")
                    + (windows && "aarch64".equals(architecture) ? ", which Windows 11 on ARM emulates" : ""));
        }
        final String version = host.property("os.version");
        if (version.indexOf('.') == 1) {
            throw PortAccess.get().libraryError(
                    "iocp4j runs on Windows 10, Windows Server 2016 and later; this is " + system
                    + " (" + version + ")");
        }
    }

    private boolean loadFromNamedPlace(final String named) {
        try {
            final Path place = Path.of(named).toAbsolutePath();
            final Path file = Files.isDirectory(place) ? place.resolve(FILE_NAME) : place;
            if (Files.isRegularFile(file)) {
                return loads(LIBRARY_PATH, file);
            }
            tried.add(LIBRARY_PATH + ": there is no file " + file + "; name " + FILE_NAME + " or the folder it is in");
        } catch (final InvalidPathException wrong) {
            tried.add(LIBRARY_PATH + ": not a path: " + wrong.getMessage());
        }
        return false;
    }

    private boolean loadFromJavaLibraryPath() {
        for (final String entry : host.property(JAVA_LIBRARY_PATH).split(File.pathSeparator)) {
            // Not by Files, which throws and catches an exception for a file that is missing.
            final File file = new File(entry, FILE_NAME);
            if (!file.isAbsolute()) {
                if (!DEFAULT_FOLDER.equals(entry)) {
                    skipped.add('"' + entry + '"');
                }
            } else if (!file.isFile()) {
                empty.add(entry);
            } else if (loadsIfTrusted(file.toPath())) {
                return true;
            }
        }
        triedOfJavaLibraryPath = tried.size();
        return false;
    }

    private boolean loadsIfTrusted(final Path found) {
        try {
            final Path file = found.toRealPath();
            // While a file in them is open, the folders cannot be renamed between check and load.
            final InputStream held = new FileInputStream(file.toFile());
            try {
                final Writers trusted = new Writers(host);
                trusted.require(file.getParent());
                trusted.require(file);
                return loads(JAVA_LIBRARY_PATH, file);
            } finally {
                held.close();
            }
        } catch (final IOException untrusted) {
            failures.add(untrusted);
            tried.add(JAVA_LIBRARY_PATH + ": " + untrusted.getMessage() + "; to load it anyway, name"
                    + " it in " + LIBRARY_PATH);
            return false;
        }
    }

    private boolean loadFromJar() {
        try {
            final Loading outcome = new ExtractedLibrary(host).load(this);
            if (outcome == Loading.TAKEN || outcome == Loading.UNBOUND) {
                tried.add(JAR + ": there are " + ExtractedLibrary.MOST_COPIES + " in this process already: put the"
                        + " iocp4j jar where a class loader finds it that its users share");
            }
            return outcome == Loading.DONE;
        } catch (final FileSystemException failed) {
            // The message may be only the name of the file; the class names the error.
            failures.add(failed);
            tried.add(JAR + ": " + failed + "; set " + ExtractedLibrary.EXTRACT_PATH
                    + " to a folder that this user may write to, or " + LIBRARY_PATH + " to a copy of " + FILE_NAME);
        } catch (final IOException | InvalidPathException failed) {
            failures.add(failed);
            tried.add(JAR + ": " + failed.getMessage());
        }
        return false;
    }

    /**
     * Loads a copy of the DLL that {@link ExtractedLibrary} has made. It is a method of this class, because the first
     * lambda of a program costs a hundred classes, and another class of ours a millisecond.
     */
    @Override
    public Loading apply(final Path copy) {
        return tryToLoad(JAR, copy);
    }

    private boolean loads(final String place, final Path file) {
        final Loading outcome = tryToLoad(place, file);
        if (outcome == Loading.TAKEN) {
            tried.add(place + ": " + file + " is already in use by iocp4j in another class loader of this process, and"
                    + " Windows code can belong to one only: leave " + LIBRARY_PATH + " unset, so that each takes a"
                    + " copy from its jar, or put the iocp4j jar where a class loader that both share finds it, such as"
                    + " the server's own library folder");
        } else if (outcome == Loading.UNBOUND) {
            differentVersions(place, file,
                    "the DLL does not bind the methods of " + NativeLibrarySearch.class.getPackageName());
        }
        return outcome == Loading.DONE;
    }

    private Loading tryToLoad(final String place, final Path file) {
        try {
            host.load(file);
        } catch (final UnsatisfiedLinkError failed) {
            if (isTaken(failed)) {
                return Loading.TAKEN;
            }
            failures.add(failed);
            final String flaw = DllHeader.flaw(file);
            tried.add(place + ": " + file + ": " + (flaw == null ? "" : flaw + ": ") + failed.getMessage());
            return Loading.FAILED;
        } catch (final LinkageError failed) {
            // The DLL is of another version, or has looked up a class or method that this jar does not have.
            failures.add(failed);
            return differentVersions(place, file, failed.getMessage());
        } catch (final IllegalCallerException denied) {
            throw PortAccess.get().libraryError("This JVM does not let iocp4j load native code: start it with"
                    + " --enable-native-access=io.github.iocp4j, or =ALL-UNNAMED where the jar is on the class path",
                    denied);
        }
        return checkContract(place, file);
    }

    private static boolean isTaken(final UnsatisfiedLinkError failed) {
        return String.valueOf(failed.getMessage()).toLowerCase(Locale.ROOT)
                .contains("already loaded in another classloader");
    }

    /** A DLL that does not fit may have bound methods; the next one binds all of them again. */
    private Loading checkContract(final String place, final Path file) {
        final String difference;
        try {
            difference = NativeContract.difference(host.contract());
        } catch (final UnsatisfiedLinkError unbound) {
            return Loading.UNBOUND;
        }
        return difference == null ? Loading.DONE : differentVersions(place, file, difference);
    }

    private Loading differentVersions(final String place, final Path file, final String how) {
        final boolean carried = JAR.equals(place);
        tried.add(place + ": the iocp4j jar and " + (carried ? "the DLL in " + carrier() : file)
                + " are of different versions (" + how + "): "
                + (carried ? "take both from one release"
                        : "remove that file, or use the one that belongs to the jar"));
        return Loading.FAILED;
    }

    private String carrier() {
        try (CarriedLibrary carried = CarriedLibrary.find(host)) {
            return carried.jar();
        } catch (final IOException gone) {
            return "another jar";
        }
    }

    private NativeLibraryError diagnosis() {
        if (!skipped.isEmpty()) {
            tried.add(triedOfJavaLibraryPath, JAVA_LIBRARY_PATH + ": skipped " + String.join(", ", skipped)
                    + ", because only absolute folders are safe");
        }
        if (!empty.isEmpty()) {
            tried.add(triedOfJavaLibraryPath, JAVA_LIBRARY_PATH + ": no " + FILE_NAME + " in "
                    + String.join(File.pathSeparator, empty));
        }
        final NativeLibraryError error =
                PortAccess.get().libraryError(FILE_NAME + " could not be loaded.\n  " + String.join("\n  ", tried));
        failures.forEach(error::addSuppressed);
        return error;
    }
}
