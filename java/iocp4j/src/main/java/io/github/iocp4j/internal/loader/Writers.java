package io.github.iocp4j.internal.loader;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The users who can change a file or the contents of a folder: its owner, and those to whom its access control list
 * grants it.
 *
 * <p>Users are not compared with known names, because names are translated and depend on the domain. Trusted are the
 * users who can change the home folder or the Windows folder, because they can change the program anyway: usually the
 * user, administrators, SYSTEM and TrustedInstaller.
 */
public final class Writers {
    private static final Set<AclEntryPermission> CHANGES = EnumSet.of(
            AclEntryPermission.WRITE_DATA, AclEntryPermission.APPEND_DATA, AclEntryPermission.DELETE,
            AclEntryPermission.DELETE_CHILD, AclEntryPermission.WRITE_ACL, AclEntryPermission.WRITE_OWNER);

    private final NativeHost host;
    private final Path home;
    /** Those of the home folder; null where files have no access control lists: not on Windows. */
    private final Set<UserPrincipal> trusted;
    /** Whether {@link #trusted} has those of the Windows folder, too, which a usual installation does not need. */
    private boolean windowsAdded;

    /**
     * Finds the users that are trusted.
     *
     * @param host has the folders of the user and of Windows
     * @throws IOException when an owner or a list cannot be read
     */
    public Writers(final NativeHost host) throws IOException {
        this.host = host;
        home = Path.of(host.property("user.home"));
        trusted = view(home) == null ? null : of(home, false);
    }

    /**
     * Throws if an untrusted user can change the file or folder.
     *
     * @throws FileSystemException names the untrusted user
     * @throws IOException when the owner or the list cannot be read
     */
    public void require(final Path path) throws IOException {
        if (trusted == null) {
            return;
        }
        for (final UserPrincipal writer : of(path, true)) {
            if (!trusts(writer)) {
                throw new FileSystemException(path.toString(), null,
                        "can be changed by " + writer.getName() + ", who cannot change " + home);
            }
        }
    }

    private boolean trusts(final UserPrincipal writer) throws IOException {
        if (!trusted.contains(writer) && !windowsAdded) {
            windowsAdded = true;
            final String windows = host.variable("SystemRoot");
            if (windows != null && !windows.isEmpty()) {
                trusted.addAll(of(Path.of(windows), false));
            }
        }
        return trusted.contains(writer);
    }

    /** Optionally includes inherit-only ACEs, which do not apply to the folder itself. */
    private static Set<UserPrincipal> of(final Path path, final boolean onlyHere) throws IOException {
        final AclFileAttributeView view = view(path);
        final List<AclEntry> entries = view.getAcl();
        if (entries.isEmpty()) {
            // A missing list grants access to everyone, and Java reports it like an empty one, which grants none.
            throw new FileSystemException(path.toString(), null, "has no access control list");
        }
        final Set<UserPrincipal> writers = new HashSet<>(Set.of(view.getOwner()));
        for (final AclEntry entry : entries) {
            final boolean here = !entry.flags().contains(AclEntryFlag.INHERIT_ONLY);
            if (entry.type() == AclEntryType.ALLOW && (here || !onlyHere)
                    && !Collections.disjoint(entry.permissions(), CHANGES)) {
                writers.add(entry.principal());
            }
        }
        return writers;
    }

    private static AclFileAttributeView view(final Path path) {
        return Files.getFileAttributeView(path, AclFileAttributeView.class);
    }
}
