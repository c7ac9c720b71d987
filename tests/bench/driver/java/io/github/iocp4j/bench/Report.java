package io.github.iocp4j.bench;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The results of a run of {@code ./dev bench}, as written to {@value #FILE}. */
final class Report {
    /** The file's name in the folder of a report. */
    static final String FILE = "report.json";

    private final Map<String, String> environment;
    private final List<BenchmarkResult> benchmarks = new ArrayList<>();

    Report(final Map<String, String> environment) {
        this.environment = environment;
    }

    static Report read(final Path folder) throws IOException {
        try (Reader in = Files.newBufferedReader(folder.resolve(FILE))) {
            return new GsonBuilder().create().fromJson(in, Report.class);
        }
    }

    void write(final Path folder) throws IOException {
        try (Writer out = Files.newBufferedWriter(folder.resolve(FILE))) {
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(this, out);
            out.write('\n');
        }
    }

    void add(final BenchmarkResult result) {
        benchmarks.add(result);
    }

    Map<String, String> environment() {
        return environment;
    }

    List<BenchmarkResult> benchmarks() {
        return benchmarks;
    }
}
