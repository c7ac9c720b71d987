package io.github.iocp4j;

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
 * Who may change a file, or what lies in a folder: its owner, and whom its access control list lets do so.
 *
 * <p>Nobody is known here by name, because names are translated and depend on the domain. Those whom the user trusts in
 * any case are those who may change the home folder: the user, administrators and SYSTEM, as a rule.
 */
final class Writers {
    private static final Set<AclEntryPermission> CHANGES = EnumSet.of(
            AclEntryPermission.WRITE_DATA, AclEntryPermission.APPEND_DATA, AclEntryPermission.DELETE,
            AclEntryPermission.DELETE_CHILD, AclEntryPermission.WRITE_ACL, AclEntryPermission.WRITE_OWNER);

    private Writers() {
    }

    /**
     * Throws when somebody may change the file or folder who may not change the trusted folder.
     *
     * @throws FileSystemException which tells who that is
     * @throws IOException when the owner or the list cannot be read
     */
    static void requireTrusted(final Path path, final Path trusted) throws IOException {
        if (view(path) == null) {
            // Not Windows.
            return;
        }
        final Set<UserPrincipal> known = of(trusted, false);
        for (final UserPrincipal writer : of(path, true)) {
            if (!known.contains(writer)) {
                throw new FileSystemException(path.toString(), null,
                        "can be changed by " + writer.getName() + ", who cannot change " + trusted);
            }
        }
    }

    /** Those whom only what lies below may inherit are told on request, for they cannot change the folder itself. */
    private static Set<UserPrincipal> of(final Path path, final boolean onlyHere) throws IOException {
        final AclFileAttributeView view = view(path);
        if (view == null) {
            return Set.of();
        }
        final List<AclEntry> entries = view.getAcl();
        if (entries.isEmpty()) {
            // No list at all lets everybody in, and looks the same from here as one that lets nobody in.
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
