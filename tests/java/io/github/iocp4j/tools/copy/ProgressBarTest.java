package io.github.iocp4j.tools.copy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private static final long MIB = 1 << 20;

    @Test
    void reportsPartRateAndRemainingTime() {
        assertThat(ProgressBar.line(25 * MIB, 100 * MIB, 0, 1, 5))
                .isEqualTo(" 25 % [=====               ] 25 MiB of 100 MiB, 5.0 MiB/s, 0:15 left");
    }

    @Test
    void reportsFilesWhereThereAreSeveral() {
        assertThat(ProgressBar.line(1000, 2000, 7, 14, 3600))
                .isEqualTo(" 50 % [==========          ] 1000 B of 2.0 KiB, 7 files, 0 B/s, 1:00:00 left");
    }

    @Test
    void reportsTheEnd() {
        assertThat(ProgressBar.line(MIB, MIB, 1, 1, 61))
                .isEqualTo("100 % [====================] 1.0 MiB of 1.0 MiB, 17 KiB/s in 1:01");
    }

    @Test
    void reportsThatOnlyTheEndIsMissing() {
        assertThat(ProgressBar.line(MIB, MIB, 0, 1, 1)).endsWith(", 1.0 MiB/s, finishing");
    }

    @Test
    void isRightAboutNothing() {
        assertThat(ProgressBar.line(0, 0, 0, 0, 0)).startsWith("100 %");
        assertThat(ProgressBar.line(0, 0, 1, 2, 1)).startsWith(" 50 %");
        assertThat(ProgressBar.line(0, 10, 0, 1, 0)).isEqualTo("  0 % [                    ] 0 B of 10 B, 0 B/s");
        assertThat(ProgressBar.line(20, 10, 0, 1, 1)).as("of a file that grows").startsWith("100 % [");
        assertThat(ProgressBar.line(Long.MAX_VALUE / 2, Long.MAX_VALUE, 123_456_789, 1_234_567_890, 1e7))
                .hasSizeLessThan(80);
    }
}
