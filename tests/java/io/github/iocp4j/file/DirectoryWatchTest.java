package io.github.iocp4j.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.WatchRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Changes in directories arrive at the listener. */
@Timeout(300)
final class DirectoryWatchTest {
    private static final Set<ChangeFilter> NAMES = Set.of(ChangeFilter.FILE_NAME, ChangeFilter.DIRECTORY_NAME);

    @TempDir
    private Path folder;

    private final WatchRecorder recorder = new WatchRecorder();
    private CompletionPort port;

    @BeforeEach
    void openPort() throws Win32Exception {
        port = CompletionPort.builder(recorder).name("watching").workers(3).open();
    }

    @AfterEach
    void closePort() {
        recorder.let();
        port.close();
    }

    @Test
    void reportsChanges() throws Exception {
        final DirectoryWatch watch = DirectoryWatch.builder(port, folder).open();
        assertThat(watch.directory()).isEqualTo(folder);
        assertThat(watch.name()).isEqualTo(folder.toAbsolutePath().toString());
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::kind).containsExactly(DeviceKind.DIRECTORY);

        Files.writeString(folder.resolve("größer 漢字"), "content");
        recorder.await("ADDED größer 漢字");
        recorder.await("MODIFIED größer 漢字");
        Files.move(folder.resolve("größer 漢字"), folder.resolve("b"));
        recorder.await("RENAMED_NEW_NAME b");
        assertThat(recorder.changes).containsSubsequence("RENAMED_OLD_NAME größer 漢字", "RENAMED_NEW_NAME b");
        Files.delete(folder.resolve("b"));
        recorder.await("REMOVED b");
        assertThat(recorder.statuses).containsOnly(Win32Error.SUCCESS);
    }

    @ParameterizedTest
    @EnumSource(Mechanism.class)
    void reportsChangesByEveryMechanism(final Mechanism mechanism) throws Exception {
        try (CompletionPort other = CompletionPort.builder(recorder).mechanism(mechanism).open()) {
            DirectoryWatch.builder(other, folder).filter(NAMES).open();
            for (int round = 0; round < 10; round++) {
                Files.createFile(folder.resolve("file " + round));
                recorder.await("ADDED file " + round);
            }
            assertThat(recorder.changes).doesNotHaveDuplicates();
            assertThat(recorder.statuses).containsOnly(Win32Error.SUCCESS);
        }
    }

    @Test
    void looksForWhatItIsAskedToLookFor() throws Exception {
        DirectoryWatch.builder(port, folder).filter(Set.of(ChangeFilter.DIRECTORY_NAME)).open();
        Files.writeString(folder.resolve("file"), "content");
        Files.createDirectory(folder.resolve("folder"));
        recorder.await("ADDED folder");
        assertThat(recorder.changes).containsExactly("ADDED folder");
    }

    @Test
    void looksIntoFoldersWhenAskedTo() throws Exception {
        DirectoryWatch.builder(port, folder).recursive().filter(NAMES).open();
        Files.createDirectory(folder.resolve("below"));
        recorder.await("ADDED below");
        Files.createFile(folder.resolve("below").resolve("file"));
        recorder.await("ADDED below\\file");
    }

    @Test
    void watchesTheSameDirectoryTwice() throws Exception {
        DirectoryWatch.builder(port, folder).filter(NAMES).open();
        DirectoryWatch.builder(port, folder).filter(NAMES).open();
        Files.createFile(folder.resolve("a"));
        recorder.await("two", () -> recorder.changes.equals(List.of("ADDED a", "ADDED a")));
    }

    @Test
    void missesNothingWhileTheListenerIsBusy() throws Exception {
        DirectoryWatch.builder(port, folder).filter(NAMES).open();
        recorder.hold();
        Files.createFile(folder.resolve("first"));
        recorder.await("the listener", () -> recorder.inside() == 1);
        final List<String> expected = new ArrayList<>(List.of("ADDED first"));
        for (int i = 0; i < 100; i++) {
            Files.createFile(folder.resolve("file " + i));
            expected.add("ADDED file " + i);
        }
        recorder.let();
        recorder.await("ADDED file 99");
        assertThat(recorder.changes).as("all, once, and in order").isEqualTo(expected);
        assertThat(recorder.mostAtOnce.get()).isEqualTo(1);
    }

    @Test
    void saysWhenThereWasMoreThanRoom() throws Exception {
        DirectoryWatch.builder(port, folder).filter(NAMES).bufferSize(4096).buffers(2).open();
        recorder.hold();
        Files.createFile(folder.resolve("first"));
        recorder.await("the listener", () -> recorder.inside() == 1);
        for (int i = 0; i < 200; i++) {
            Files.createFile(folder.resolve("x".repeat(100) + i));
        }
        recorder.let();
        recorder.await("an overflow", () -> recorder.statuses.contains(Win32Error.NOTIFY_ENUM_DIR));
        Files.createFile(folder.resolve("last"));
        recorder.await("ADDED last");
        assertThat(recorder.statuses).containsOnly(Win32Error.SUCCESS, Win32Error.NOTIFY_ENUM_DIR);
    }

    @Test
    void readsOnlyItsOwnCompletions() throws Exception {
        final CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        final AtomicReference<DirectoryWatch> other = new AtomicReference<>();
        try (CompletionPort checking = CompletionPort.open(completion -> {
            try {
                other.get().changes(completion);
                outcome.complete(null);
            } catch (final IllegalArgumentException refused) {
                outcome.complete(refused);
            }
        })) {
            other.set(DirectoryWatch.builder(port, folder).open());
            checking.post(other.get().key(), 0, 0);
            assertThat(outcome.get()).hasMessageContaining("is a POST of null, not a CHANGE of DirectoryWatch[");
        }
    }

    @Test
    void closesWithoutAWord() throws Exception {
        final DirectoryWatch watch = DirectoryWatch.builder(port, folder).open();
        watch.cancelAll();
        watch.closeAsync().toCompletableFuture().get();
        assertThat(watch.isOpen()).isFalse();
        Files.createFile(folder.resolve("after"));
        port.close();
        assertThat(recorder.statuses).isEmpty();
        assertThatThrownBy(() -> DirectoryWatch.builder(port, folder).open()).isInstanceOf(PortClosedException.class);
    }

    /** After the listener has returned, a cursor reads nothing useful, but does no harm. */
    @Test
    void aCursorThatIsKeptTooLongIsHarmless() throws Exception {
        final AtomicReference<DirectoryChanges> kept = new AtomicReference<>();
        try (CompletionPort careless = CompletionPort.batchBuilder(batch -> {
            final DirectoryChanges changes = ((DirectoryWatch) batch.device(0)).changes(batch.completion(0));
            if (changes.next()) {
                kept.set(changes);
            }
        }).open()) {
            DirectoryWatch.builder(careless, folder).filter(NAMES).open();
            Files.createFile(folder.resolve("a"));
            recorder.await("a cursor", () -> kept.get() != null);
        }
        Garbage.collect();
        assertThat(kept.get().actionCode()).isEqualTo(ChangeAction.ADDED.code());
        assertThat(kept.get().name()).isEqualTo("a");
    }
}
