import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The results of all cases in all JVMs. */
final class Table {
    private final List<Jvm> jvms;
    private final Map<String, Map<Jvm, Outcome>> rows = new LinkedHashMap<>();

    Table(final List<Jvm> jvms) {
        this.jvms = jvms;
    }

    void add(final String name, final Jvm jvm, final Outcome outcome) {
        rows.computeIfAbsent(name, any -> new HashMap<>()).put(jvm, outcome);
    }

    boolean isGood() {
        return count(Outcome.FAILED) == 0;
    }

    void print() {
        System.out.printf("%n%-24s", "consumer, in JVM");
        jvms.forEach(jvm -> System.out.printf("%-12s", jvm.version));
        System.out.println();
        rows.forEach((name, outcomes) -> {
            System.out.printf("%-24s", name);
            jvms.forEach(jvm -> System.out.printf("%-12s", outcomes.get(jvm).status));
            System.out.println();
        });
        System.out.printf("Tests run: %d, Failures: %d, Errors: 0, Skipped: %d%n", outcomes().count(),
                count(Outcome.FAILED), count(Outcome.SKIPPED));
    }

    private long count(final String status) {
        return outcomes().filter(outcome -> outcome.status.equals(status)).count();
    }

    private Stream<Outcome> outcomes() {
        return rows.values().stream().flatMap(outcomes -> outcomes.values().stream());
    }
}
