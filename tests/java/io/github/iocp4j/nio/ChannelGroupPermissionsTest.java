package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.AsynchronousChannelGroup;
import java.security.AccessControlContext;
import java.security.AccessControlException;
import java.security.AccessController;
import java.security.Permission;
import java.security.Permissions;
import java.security.PrivilegedAction;
import java.security.ProtectionDomain;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** A group that is used as an executor, in a program with a security manager. */
@Timeout(120)
@EnabledForJreRange(max = JRE.JAVA_17, disabledReason = "later JVMs refuse a security manager")
final class ChannelGroupPermissionsTest {
    /** The class loader of applications gives it to every class. */
    private static final Permission OF_ALL_CLASSES = new RuntimePermission("exitVM");
    private static final AccessControlContext NOTHING =
            new AccessControlContext(new ProtectionDomain[] {new ProtectionDomain(null, new Permissions())});

    @AfterEach
    void removeTheSecurityManager() {
        System.setSecurityManager(null);
    }

    @Test
    void aTaskOfAFixedGroupHasThePermissionsOfItsCaller() throws Exception {
        check(ChannelPair.fixed(1));
    }

    @Test
    void aTaskForAnExecutorHasThePermissionsOfItsCaller() throws Exception {
        check(PROVIDER.openAsynchronousChannelGroup(Executors.newFixedThreadPool(1), 0));
    }

    private static void check(final AsynchronousChannelGroup group) throws Exception {
        try {
            // The thread of the executor starts here, and not with the permissions below.
            assertThat(permittedIn(group)).isTrue();
            System.setSecurityManager(new Permissive());
            assertThat(permittedIn(group)).isTrue();
            final PrivilegedAction<CompletableFuture<Boolean>> restricted = () -> submit(group);
            assertThat(AccessController.doPrivileged(restricted, NOTHING).get()).isFalse();
        } finally {
            ChannelPair.end(group);
        }
    }

    private static boolean permittedIn(final AsynchronousChannelGroup group) throws Exception {
        return submit(group).get();
    }

    private static CompletableFuture<Boolean> submit(final AsynchronousChannelGroup group) {
        final CompletableFuture<Boolean> permitted = new CompletableFuture<>();
        ((Executor) group).execute(() -> permitted.complete(isPermitted()));
        return permitted;
    }

    private static boolean isPermitted() {
        try {
            AccessController.checkPermission(OF_ALL_CLASSES);
            return true;
        } catch (final AccessControlException refused) {
            return false;
        }
    }

    /** Refuses nothing. */
    private static final class Permissive extends SecurityManager {
        @Override
        public void checkPermission(final Permission permission) {
            // All is permitted.
        }
    }
}
