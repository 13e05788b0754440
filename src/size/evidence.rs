//! What the answer rests on: in words, and for programs.

use analysis::number::{count, counted, percent};
use analysis::sizing::{RUN_CONFIDENCE, Throughout};
use datasets::record::{SizeCycle, SizeEvidence, SizeRecord};

use super::answer::{Answer, BAND};
use super::plan::Plan;
use super::search::Found;

/// Runs below which what runs say is worth little.
const FEW_RUNS: usize = 59;

/// Nodes to be held below which their number is far from normal.
const FEW_NODES: f64 = 50.0;

impl Answer<'_> {
    /// How the amount was searched.
    pub fn searched(&self) -> String {
        let Plan { replica, replicas, counted: cycles, .. } = self.plan;
        let Found { tried, replicas: measured, .. } = self.found;
        format!(
            "Evidence: {} tried by bisection, with the same seeds each; then {replicas} replicas of {} at each of {} \
             and {}, {} \
             counted in each.",
            counted(*tried as u64, "amount", "amounts"),
            counted(replica.run.nodes.into(), "node", "nodes"),
            self.plan.about(measured.asks[0]),
            self.plan.about(measured.asks[1]),
            counted(cycles.clone().count() as u64, "cycle", "cycles"),
        )
    }

    /// What runs of the full size showed.
    pub fn confirmed(&self) -> Option<String> {
        let runs = self.found.confirmed.as_ref()?;
        let [drift, error] = self.found.answer.drift?;
        let cycles: usize = runs.held.iter().map(Vec::len).sum();
        let held = || runs.held.iter().flatten();
        let short = held().filter(|held| **held < self.plan.goal.hold).count();
        Some(format!(
            "Confirmed by {} of {} at {}: {} of {} cycles short, the least {}; {:+.3} % of what replicas led to \
             expect (standard \
             error {:.3} %), which the answer takes into account.",
            counted(runs.held.len() as u64, "run", "runs"),
            counted(self.plan.full.run.nodes.into(), "node", "nodes"),
            self.plan.about(runs.ask),
            count(short as u64),
            count(cycles as u64),
            count(held().copied().fold(f64::INFINITY, f64::min) as u64),
            100.0 * drift,
            100.0 * error,
        ))
    }

    /// How much of the time is short.
    pub fn by_time(&self) -> String {
        let Found { answer, .. } = self.found;
        let hold = self.plan.goal.hold;
        let cycles: usize = answer.paths.iter().map(Vec::len).sum();
        let short = answer.paths.iter().flatten().filter(|held| **held < hold).count();
        let [least, most] = self.found.time_held(hold);
        format!(
            "By time: with that amount nodes are enough after {} to {} of the cycles ({} interval); of the {} cycles \
             in the {} \
             replicas{} {} fell short.",
            percent(least),
            percent(most),
            percent(self.plan.goal.confidence),
            count(cycles as u64),
            answer.paths.len(),
            self.rescaled(),
            count(short as u64),
        )
    }

    /// How many runs are short at least once.
    pub fn by_run(&self) -> String {
        let throughout = Throughout::of(&self.found.answer.paths, self.plan.goal.hold);
        let Throughout { runs, failed } = throughout;
        let few = if runs < FEW_RUNS {
            format!(" These are few runs: without a failure {FEW_RUNS} would show 95 %.")
        } else {
            String::new()
        };
        format!(
            "By run: {failed} of {runs} replicas{} fell short at least once. That alone shows, with {} confidence, no \
             more than \
             that {} of clouds hold it throughout.{few}",
            self.rescaled(),
            percent(RUN_CONFIDENCE),
            percent(throughout.at_least()),
        )
    }

    fn rescaled(&self) -> &'static str {
        if self.plan.scale() > 1.0 { ", rescaled," } else { "" }
    }

    /// What was extrapolated.
    pub fn extrapolated(&self) -> String {
        let Plan { full, replica, full_because, .. } = self.plan;
        match (self.plan.scale() > 1.0, full_because) {
            (true, _) => format!(
                "Extrapolated from {} to {} nodes: how much clouds differ (the variance per node), and how what is \
                 held changes \
                 with the amount. Not extrapolated: the mean, cycle by cycle.",
                count(replica.run.nodes.into()),
                count(full.run.nodes.into())
            ),
            (false, Some(why)) => format!("Nothing was extrapolated: replicas are of the full size, since {why}."),
            (false, None) => "Nothing was extrapolated: replicas are of the full size.".to_owned(),
        }
    }

    /// Where the answer is worth less.
    pub fn caution(&self) -> Option<String> {
        if self.plan.goal.hold < FEW_NODES {
            return Some(
                "Caution: so few nodes are not spread normally, and the ends of the interval are rough.".to_owned(),
            );
        }
        (self.is_reachable && !self.found.is_near()).then(|| {
            "Caution: what is held does not follow the amount in a line here, and the answer lies beyond what was \
             measured."
                .to_owned()
        })
    }

    /// Everything, for programs and for the report.
    pub fn record(&self) -> SizeRecord {
        let Plan { app, goal, condition, counted: cycles, full, replica, live, .. } = self.plan;
        let Found { tried, replicas, confirmed, answer, at_room, .. } = self.found;
        let throughout = Throughout::of(&answer.paths, goal.hold);
        let series = |cycle: u32| {
            let k = (cycle - cycles.start()) as usize;
            let model = if self.is_reachable { &answer.model } else { at_room };
            let [low, high] = BAND.map(|share| model.quantile(k, share).max(0.0).round());
            SizeCycle { cycle, mean: model.mean[k].round(), low, high }
        };
        SizeRecord {
            app: app.clone(),
            hold: goal.hold,
            usable: self.plan.usable,
            condition: condition.as_ref().map(|condition| condition.text.clone()),
            fraction: goal.fraction,
            over: cycles.clone().count(),
            first_cycle: *cycles.start(),
            last_cycle: *cycles.end(),
            reachable: self.is_reachable,
            reason: (!self.is_reachable).then(|| self.reason()),
            headline: self.headline(),
            text: self.paragraphs(),
            asks_for: self.plan.key().to_owned(),
            share: self.share,
            share_low: self.low,
            share_high: self.high,
            share_most: self.plan.room(),
            nodes_asked: self.plan.asked(self.share),
            confidence: goal.confidence,
            nodes: full.run.nodes,
            live_nodes: *live,
            seed: full.run.seed,
            evidence: SizeEvidence {
                amounts_tried: *tried,
                replicas: replicas.runs(),
                replica_nodes: replica.run.nodes,
                replica_shares: replicas.asks,
                runs_of_full_size: confirmed.as_ref().map_or(0, |runs| runs.held.len()),
                drift_fraction: answer.drift.map(|[drift, _]| drift),
                drift_standard_error: answer.drift.map(|[_, error]| error),
                runs: throughout.runs,
                runs_short: throughout.failed,
                runs_hold_at_least_fraction: throughout.at_least(),
                time_held_fraction: self.found.time_held(goal.hold),
                cycles: answer.paths.iter().map(Vec::len).sum(),
                cycles_short: answer.paths.iter().flatten().filter(|held| **held < goal.hold).count(),
            },
            band: BAND,
            series: cycles.clone().map(series).collect(),
        }
    }
}
