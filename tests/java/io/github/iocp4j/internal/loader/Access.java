package io.github.iocp4j.internal.loader;

import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Makes files and folders as another program may have left them. */
final class Access {
    private Access() {
    }

    /** Adds an entry for everybody to the access control list. */
    static void letEverybodyWrite(final Path path) throws IOException {
        final AclFileAttributeView view = Files.getFileAttributeView(path, AclFileAttributeView.class);
        // By its identifier, if Windows accepts that as a name, because names are translated.
        final UserPrincipal everybody = path.getFileSystem().getUserPrincipalLookupService()
                .lookupPrincipalByName(System.getProperty("user.language").equals("en") ? "Everyone" : "S-1-1-0");
        final List<AclEntry> entries = new ArrayList<>(view.getAcl());
        entries.add(AclEntry.newBuilder().setType(AclEntryType.ALLOW).setPrincipal(everybody)
                .setPermissions(EnumSet.allOf(AclEntryPermission.class)).build());
        view.setAcl(entries);
    }

    /** Makes a junction, which needs no privilege; skips the test under Wine if that has none. */
    static void makeJunction(final Path junction, final Path target) throws IOException, InterruptedException {
        final Process process = Launch.of(new ProcessBuilder(
                "cmd", "/c", "mklink", "/J", junction.toString(), target.toString())
                .redirectErrorStream(true));
        process.getOutputStream().close();
        final String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0 || !Files.isDirectory(junction)
                || !junction.toRealPath().equals(target.toRealPath())) {
            Wine.skip("Wine's mklink cannot make junctions");
            throw new IOException("mklink has made no junction: " + output);
        }
    }
}
