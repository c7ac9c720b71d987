package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The block of variables that a process gets. */
final class EnvironmentTest {
    @Test
    void isSortedWithoutRegardToCase() {
        final Environment environment = Environment.empty();
        environment.set("beta", "2");
        environment.set("_last", "4");
        environment.set("ALPHA", "1");
        environment.set("Gamma", "ünï");
        environment.set("betaa", "3");

        assertThat(withoutRoot(environment)).isEqualTo("ALPHA=1\0beta=2\0betaa=3\0Gamma=ünï\0_last=4\0");
    }

    @Test
    void namesDoNotDependOnCase() {
        final Environment environment = Environment.empty();
        environment.set("Name", "1");
        environment.set("NAME", "2");
        assertThat(withoutRoot(environment)).isEqualToIgnoringCase("name=2\0");
        environment.set("name", null);
        environment.set("not there", null);
        assertThat(withoutRoot(environment)).isIn("", "\0");
    }

    @Test
    void beginsWithThatOfThisProcess() {
        final Environment environment = Environment.inherited();
        System.getenv().forEach((name, value) -> assertThat(environment.block()).contains(name + '=' + value + '\0'));
    }

    @Test
    void keepsTheVariableThatWindowsNeeds() {
        assertThat(Environment.empty().block()).contains("=" + System.getenv("SystemRoot"));
        final Environment own = Environment.empty();
        own.set("SYSTEMROOT", "X:\\");
        assertThat(own.block()).isEqualTo("SYSTEMROOT=X:\\\0");
    }

    @Test
    void refusesWhatIsNoVariable() {
        final Environment environment = Environment.empty();
        for (final String name : new String[] {"", "=", "a=b", "a=", "=a="}) {
            assertThatThrownBy(() -> environment.set(name, "x")).as(name)
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("equals sign");
        }
        assertThatThrownBy(() -> environment.set("a\0b", "x")).hasMessageContaining("NUL at index 1");
        assertThatThrownBy(() -> environment.set("a", "x\0")).hasMessageContaining("The value of a")
                .isInstanceOf(IllegalArgumentException.class);
        environment.set("=C:", "C:\\dir");
        assertThat(withoutRoot(environment)).isEqualTo("=C:=C:\\dir\0");
    }

    private static String withoutRoot(final Environment environment) {
        return environment.block().replaceFirst("(?i)SystemRoot=[^\0]*\0", "");
    }
}
