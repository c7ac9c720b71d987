package io.github.iocp4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Several that do the same in turns, all of them started before the first turn. */
final class Comparison {
    private final String label;
    private final List<Entrant> entrants;
    private final Load.Maker load;

    /**
     * Describes a comparison.
     *
     * @param label what is the matter, as in "depth 32"
     * @param entrants who takes part; iocp4j first
     * @param load who keeps them busy
     */
    Comparison(final String label, final List<Entrant> entrants, final Load.Maker load) {
        this.label = label;
        this.entrants = entrants;
        this.load = load;
    }

    ComparisonResult run(final Schedule schedule) {
        final List<Team> teams = new ArrayList<>();
        try {
            for (final Entrant entrant : entrants) {
                teams.add(new Team(entrant, load));
            }
            teams.forEach(team -> team.run(schedule.warmUpMillis(), false));
            for (int round = 0; round < schedule.rounds(); round++) {
                teams.forEach(team -> team.run(schedule.roundMillis(), true));
            }
        } finally {
            teams.forEach(Team::close);
        }
        final List<Outcome> outcomes = new ArrayList<>();
        teams.forEach(team -> outcomes.add(team.outcome()));
        return new ComparisonResult(label, outcomes);
    }

    /** An entrant's process, its load, and what they have done; or why they could not. */
    private static final class Team {
        private final Outcome outcome;
        private ContestantProcess process;
        private Load load;

        Team(final Entrant entrant, final Load.Maker maker) {
            outcome = new Outcome(entrant.name(), entrant.isSubject());
            try {
                process = new ContestantProcess(entrant.command());
                load = maker.make(process);
            } catch (final IOException failed) {
                outcome.fail(failed.getMessage());
            }
        }

        void run(final long milliseconds, final boolean counts) {
            if (outcome.hasFailed()) {
                return;
            }
            try {
                final Counters before = process.counters();
                final Run run = load.run(milliseconds);
                if (counts) {
                    outcome.add(run, before == null ? null : process.counters().since(before));
                }
            } catch (final IOException failed) {
                outcome.fail(failed.getMessage());
            }
        }

        Outcome outcome() {
            return outcome;
        }

        void close() {
            try {
                if (load != null) {
                    load.close();
                }
                if (process != null && process != load) {
                    process.close();
                }
            } catch (final IOException failed) {
                outcome.fail("It did not end: " + failed.getMessage());
            }
        }
    }
}
