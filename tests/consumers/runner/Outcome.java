/** The result of one case. */
final class Outcome {
    static final String FAILED = "FAILED";
    static final String SKIPPED = "skipped";

    /** What the table shows. */
    final String status;
    final String text;

    private Outcome(final String status, final String text) {
        this.status = status;
        this.text = text;
    }

    static Outcome good(final String text) {
        return new Outcome("ok", text);
    }

    static Outcome failed(final String text) {
        return new Outcome(FAILED, text);
    }

    static Outcome skipped(final String reason) {
        return new Outcome(SKIPPED, reason);
    }
}
