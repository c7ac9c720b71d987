package io.github.iocp4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Several contestants that do the same work in turns. All are started before the first turn. */
final class Comparison {
    private final String label;
    private final List<Entrant> entrants;
    private final Load.Maker load;
    private final boolean isAtHalfLoad;
    private final Contest.Preparation beforeTurn;
    private final int longerRounds;

    /**
     * Describes a comparison.
     *
     * @param label what is compared, for example "depth 32"
     * @param entrants the contestants; iocp4j first
     * @param load makes the load of a contestant
     */
    Comparison(final String label, final List<Entrant> entrants, final Load.Maker load) {
        this(label, entrants, load, false, () -> { }, 1);
    }

    private Comparison(final String label, final List<Entrant> entrants, final Load.Maker load,
            final boolean isAtHalfLoad, final Contest.Preparation beforeTurn, final int longerRounds) {
        this.label = label;
        this.entrants = entrants;
        this.load = load;
        this.isAtHalfLoad = isAtHalfLoad;
        this.beforeTurn = beforeTurn;
        this.longerRounds = longerRounds;
    }

    /**
     * The same comparison with an offered load in place of a saturating one: all contestants are offered half of the
     * best rate of the slowest one. Therefore no queue grows, and all get the same load.
     */
    Comparison atHalfLoad() {
        return new Comparison(label, entrants, load, true, beforeTurn, longerRounds);
    }

    /** The same comparison with a preparation before each turn, outside the measured time. */
    Comparison beforeTurn(final Contest.Preparation preparation) {
        return new Comparison(label, entrants, load, isAtHalfLoad, preparation, longerRounds);
    }

    /** The same comparison with rounds that are that many times as long. */
    Comparison longerRounds(final int times) {
        return new Comparison(label, entrants, load, isAtHalfLoad, beforeTurn, times);
    }

    ComparisonResult run(final Schedule planned) {
        final Schedule schedule = planned.longerRounds(longerRounds);
        final List<Team> teams = new ArrayList<>();
        Double offered = null;
        try {
            for (final Entrant entrant : entrants) {
                teams.add(new Team(entrant));
            }
            teams.forEach(team -> team.warmUp(schedule.warmUpMillis()));
            if (isAtHalfLoad) {
                for (int round = 0; round < schedule.rounds(); round++) {
                    teams.forEach(team -> team.saturate(schedule.roundMillis()));
                }
                offered = teams.stream().map(Team::outcome).filter(outcome -> !outcome.hasFailed())
                        .mapToDouble(Outcome::saturatedPerSecond).min().orElse(0) / 2;
            }
            final long end = System.nanoTime() + teams.size() * schedule.longestNanos();
            for (int round = 0; round < schedule.rounds() || round < schedule.mostRounds()
                    && System.nanoTime() < end && !result(teams, offered).isResolved(); round++) {
                for (final Team team : teams) {
                    team.measure(schedule.roundMillis(), offered);
                }
            }
        } finally {
            teams.forEach(Team::close);
        }
        return result(teams, offered);
    }

    private ComparisonResult result(final List<Team> teams, final Double offered) {
        return new ComparisonResult(label, teams.stream().map(Team::outcome).collect(Collectors.toList()), offered);
    }

    /** A contestant's process, its load and its results; or the reason for a failure. */
    private final class Team {
        private final Outcome outcome;
        private ContestantProcess process;
        private Load clients;

        Team(final Entrant entrant) {
            outcome = new Outcome(entrant.name(), entrant.isSubject());
            attempt(() -> {
                process = new ContestantProcess(entrant.command());
                clients = load.make(process);
            });
        }

        /** The warm-up does not count. */
        void warmUp(final long milliseconds) {
            turn(() -> clients.run(milliseconds));
        }

        void saturate(final long milliseconds) {
            turn(() -> outcome.addSaturated(clients.run(milliseconds)));
        }

        /** A round, at an offered load unless that is null. */
        void measure(final long milliseconds, final Double offered) {
            turn(() -> {
                final Counters before = process.counters();
                final Run run = offered == null ? clients.run(milliseconds) : clients.offer(milliseconds, offered);
                final Counters counters = before == null ? null : process.counters().since(before);
                if (offered == null) {
                    outcome.add(run, counters);
                } else {
                    outcome.addOffered(run, counters);
                }
            });
        }

        Outcome outcome() {
            return outcome;
        }

        void close() {
            try {
                if (clients != null) {
                    clients.close();
                }
                if (process != null && process != clients) {
                    process.close();
                }
            } catch (final IOException failed) {
                outcome.fail("It did not end: " + failed.getMessage());
            }
        }

        private void turn(final Step step) {
            attempt(() -> {
                beforeTurn.prepare();
                step.take();
            });
        }

        private void attempt(final Step step) {
            if (outcome.hasFailed()) {
                return;
            }
            try {
                step.take();
            } catch (final IOException failed) {
                outcome.fail(failed.getMessage());
            }
        }
    }

    private interface Step {
        void take() throws IOException;
    }
}
