//! The answer, and what it rests on.

use analysis::sizing::{RUN_CONFIDENCE, Throughout};
use serde_json::{Value, json};

use super::plan::Plan;
use super::search::Found;
use crate::run::{counted, grouped};

/// Digits of a share that is told: rounding costs a part in a thousand at most.
const DIGITS: i32 = 4;

/// Runs below which what runs say is worth little.
const FEW_RUNS: usize = 59;

/// Nodes to be held below which their number is far from normal.
const FEW_NODES: f64 = 50.0;

/// Shares of the clouds that hold less, and more, than the band says.
pub const BAND: [f64; 2] = [0.01, 0.99];

/// The answer, rounded as it is told.
#[derive(Debug)]
pub struct Answer<'p> {
    plan: &'p Plan,
    found: &'p Found,
    /// The share to ask for; all that the others leave if not even that will do.
    pub share: f64,
    low: f64,
    high: f64,
    /// Whether there is room for that share.
    pub is_reachable: bool,
}

impl<'p> Answer<'p> {
    /// Rounds what was found: the share and the upper end up, the lower end down.
    pub fn new(plan: &'p Plan, found: &'p Found) -> Self {
        let nodes = f64::from(plan.full.run.nodes);
        let rounded = |share: f64, to: fn(f64) -> f64| {
            if plan.in_nodes { to(share * nodes) / nodes } else { digits(share, to) }
        };
        let answer = &found.answer;
        let is_reachable = answer.ask <= plan.room;
        Self {
            plan,
            found,
            share: if is_reachable { rounded(answer.ask, f64::ceil).min(plan.room) } else { plan.room },
            low: rounded(answer.low, f64::floor),
            high: rounded(answer.high, f64::ceil),
            is_reachable,
        }
    }

    /// An amount as the scenario would have it.
    pub fn amount(&self, share: f64) -> String {
        if self.plan.in_nodes { grouped(self.asked(share)) } else { format!("{share}") }
    }

    /// Nodes that a share asks for.
    fn asked(&self, share: f64) -> u64 {
        (share * f64::from(self.plan.full.run.nodes)).round() as u64
    }

    /// Which nodes count.
    fn which(&self) -> String {
        self.plan.condition.as_ref().map_or_else(String::new, |condition| format!(" with {}", condition.text))
    }

    /// What was asked.
    fn question(&self) -> String {
        let Plan { app, goal, counted: cycles, .. } = self.plan;
        format!(
            "\"{app}\" is to hold at least {}{} for {} % of the time: of cycles {} to {}.",
            counted(goal.hold as u64, "node", "nodes"),
            self.which(),
            percent(goal.fraction),
            cycles.start(),
            cycles.end()
        )
    }

    /// The answer in a sentence or two.
    pub fn headline(&self) -> String {
        let Plan { app, goal, .. } = self.plan;
        let hold = counted(goal.hold as u64, "node", "nodes");
        if !self.is_reachable {
            return format!("Not reachable within this fleet: {}.", self.reason());
        }
        let nodes = if self.plan.in_nodes {
            counted(self.asked(self.share), "node", "nodes")
        } else {
            format!("a share of {} ({})", self.share, counted(self.asked(self.share), "node", "nodes"))
        };
        format!(
            "Ask for {nodes}: \"{app}\" then holds at least {hold}{} for {} % of the time.",
            self.which(),
            percent(goal.fraction)
        )
    }

    /// Why there is not enough.
    fn reason(&self) -> String {
        let Plan { app, goal, room, full, .. } = self.plan;
        if goal.hold > f64::from(full.run.nodes) {
            return format!("there are {} in all", counted(full.run.nodes.into(), "node", "nodes"));
        }
        let model = &self.found.at_room;
        let mean = model.mean.iter().sum::<f64>() / model.mean.len().max(1) as f64;
        let all = if *room >= 1.0 {
            "even with a share of 1, the whole cloud,".to_owned()
        } else {
            format!("the other applications ask for {:.4} of the cloud, and even with all the rest", 1.0 - room)
        };
        format!(
            "{all} \"{app}\" holds {} nodes{} on average, and {} for {} % of the time",
            grouped(mean.max(0.0) as u64),
            self.which(),
            grouped(model.most_for(goal.fraction)),
            percent(goal.fraction)
        )
    }

    /// What could be done about it.
    fn remedy(&self) -> &'static str {
        if self.plan.room < 1.0 {
            "Lower what other applications ask for, hold fewer nodes, or allow more time below."
        } else if self.plan.condition.is_some() {
            "Let the application prefer such nodes (top or where), hold fewer, or enlarge the fleet."
        } else {
            "Hold fewer nodes, allow more time below, or enlarge the fleet."
        }
    }

    /// The answer with what it rests on, as paragraphs.
    pub fn paragraphs(&self) -> Vec<String> {
        let mut paragraphs = vec![self.question(), self.headline()];
        if self.is_reachable {
            paragraphs.push(self.interval());
            paragraphs.push(self.headroom());
        } else {
            paragraphs.push(self.remedy().to_owned());
        }
        paragraphs.push(self.searched());
        paragraphs.extend(self.confirmed());
        if self.is_reachable {
            paragraphs.push(self.by_time());
            paragraphs.push(self.by_run());
        }
        paragraphs.push(self.extrapolated());
        paragraphs.extend(self.caution());
        paragraphs
    }

    fn interval(&self) -> String {
        let beyond = if self.high > self.plan.room {
            format!(" The others leave no more than {}.", self.amount(self.plan.room))
        } else {
            String::new()
        };
        format!(
            "{} % interval of that {}: {} to {}. Who must not be wrong asks for its upper end.{beyond}",
            percent(self.plan.goal.confidence),
            self.plan.key(),
            self.amount(self.low),
            self.amount(self.high),
        )
    }

    /// What is held beyond what is to be held.
    fn headroom(&self) -> String {
        let Plan { goal, .. } = self.plan;
        let model = &self.found.answer.model;
        let mean = model.mean.iter().sum::<f64>() / model.mean.len().max(1) as f64;
        let cycle = (0..model.mean.len()).min_by(|&a, &b| model.mean[a].total_cmp(&model.mean[b])).unwrap_or(0);
        format!(
            "Headroom: it asks for {:.2} times the nodes that it must hold. It holds {} on average, {:+.2} %; after cycle {}, the \
             worst, {}, and only 1 cloud in 100 less than {}.",
            self.share * f64::from(self.plan.full.run.nodes) / goal.hold,
            grouped(mean as u64),
            100.0 * (mean / goal.hold - 1.0),
            self.plan.counted.start() + cycle as u32,
            grouped(model.mean[cycle] as u64),
            grouped(model.quantile(cycle, BAND[0]).max(0.0) as u64),
        )
    }

    fn searched(&self) -> String {
        let Plan { replica, replicas, counted: cycles, .. } = self.plan;
        let Found { tried, replicas: measured, .. } = self.found;
        format!(
            "Evidence: {} tried by bisection, with the same seeds each; then {replicas} replicas of {} at each of {} and {}, {} \
             counted in each.",
            counted(*tried as u64, "amount", "amounts"),
            counted(replica.run.nodes.into(), "node", "nodes"),
            self.amount(digits(measured.asks[0], f64::round)),
            self.amount(digits(measured.asks[1], f64::round)),
            counted(cycles.clone().count() as u64, "cycle", "cycles"),
        )
    }

    /// What runs of the full size showed.
    fn confirmed(&self) -> Option<String> {
        let runs = self.found.confirmed.as_ref()?;
        let [drift, error] = self.found.answer.drift?;
        let cycles: usize = runs.held.iter().map(Vec::len).sum();
        let held = || runs.held.iter().flatten();
        let short = held().filter(|held| **held < self.plan.goal.hold).count();
        Some(format!(
            "Confirmed by {} of {} at {}: {} of {} cycles short, the least {}; {:+.3} % of what replicas led to expect (standard \
             error {:.3} %), which the answer takes into account.",
            counted(runs.held.len() as u64, "run", "runs"),
            counted(self.plan.full.run.nodes.into(), "node", "nodes"),
            self.amount(digits(runs.ask, f64::round)),
            grouped(short as u64),
            grouped(cycles as u64),
            grouped(held().copied().fold(f64::INFINITY, f64::min) as u64),
            100.0 * drift,
            100.0 * error,
        ))
    }

    /// How much of the time is short.
    fn by_time(&self) -> String {
        let Found { answer, .. } = self.found;
        let hold = self.plan.goal.hold;
        let cycles: usize = answer.paths.iter().map(Vec::len).sum();
        let short = answer.paths.iter().flatten().filter(|held| **held < hold).count();
        let [least, most] = self.found.time_held(hold);
        format!(
            "By time: with that amount nodes are enough after {} to {} % of the cycles ({} % interval); of the {} cycles in the {} \
             replicas{} {} fell short.",
            down(100.0 * least),
            down(100.0 * most),
            percent(self.plan.goal.confidence),
            grouped(cycles as u64),
            answer.paths.len(),
            self.rescaled(),
            grouped(short as u64),
        )
    }

    /// How many runs are short at least once.
    fn by_run(&self) -> String {
        let throughout = Throughout::of(&self.found.answer.paths, self.plan.goal.hold);
        let Throughout { runs, failed } = throughout;
        let few = if runs < FEW_RUNS {
            format!(" These are few runs: without a failure {FEW_RUNS} would show 95 %.")
        } else {
            String::new()
        };
        format!(
            "By run: {failed} of {runs} replicas{} fell short at least once. That alone shows, with {} % confidence, no more than \
             that {:.1} % of clouds hold it throughout.{few}",
            self.rescaled(),
            percent(RUN_CONFIDENCE),
            100.0 * throughout.at_least(),
        )
    }

    fn rescaled(&self) -> &'static str {
        if self.plan.scale() > 1.0 { ", rescaled," } else { "" }
    }

    /// What was extrapolated.
    fn extrapolated(&self) -> String {
        let Plan { full, replica, full_because, .. } = self.plan;
        match (self.plan.scale() > 1.0, full_because) {
            (true, _) => format!(
                "Extrapolated from {} to {} nodes: how much clouds differ (the variance per node), and how what is held changes \
                 with the amount. Not extrapolated: the mean, cycle by cycle.",
                grouped(replica.run.nodes.into()),
                grouped(full.run.nodes.into())
            ),
            (false, Some(why)) => format!("Nothing was extrapolated: replicas are of the full size, since {why}."),
            (false, None) => "Nothing was extrapolated: replicas are of the full size.".to_owned(),
        }
    }

    /// Where the answer is worth less.
    fn caution(&self) -> Option<String> {
        if self.plan.goal.hold < FEW_NODES {
            return Some(
                "Caution: so few nodes are not spread normally, and the ends of the interval are rough.".to_owned(),
            );
        }
        (self.is_reachable && !self.found.is_near()).then(|| {
            "Caution: what is held does not follow the amount in a line here, and the answer lies beyond what was measured."
                .to_owned()
        })
    }

    /// Everything, for programs and for the report.
    pub fn json(&self) -> Value {
        let Plan { app, goal, condition, counted: cycles, full, replica, room, .. } = self.plan;
        let Found { tried, replicas, confirmed, answer, at_room, .. } = self.found;
        let throughout = Throughout::of(&answer.paths, goal.hold);
        let series = |cycle: u32| {
            let k = (cycle - cycles.start()) as usize;
            let model = if self.is_reachable { &answer.model } else { at_room };
            let [low, high] = BAND.map(|share| model.quantile(k, share).max(0.0).round());
            json!({ "cycle": cycle, "mean": model.mean[k].round(), "low": low, "high": high })
        };
        json!({
            "app": app,
            "hold": goal.hold,
            "where": condition.as_ref().map(|condition| &condition.text),
            "for": goal.fraction,
            "over": cycles.clone().count(),
            "first_cycle": cycles.start(),
            "last_cycle": cycles.end(),
            "reachable": self.is_reachable,
            "reason": (!self.is_reachable).then(|| self.reason()),
            "headline": self.headline(),
            "text": self.paragraphs(),
            "share": self.share,
            "share_low": self.low,
            "share_high": self.high,
            "share_most": room,
            "nodes_asked": self.asked(self.share),
            "confidence": goal.confidence,
            "nodes": full.run.nodes,
            "seed": full.run.seed,
            "evidence": {
                "amounts_tried": tried,
                "replicas": replicas.runs(),
                "replica_nodes": replica.run.nodes,
                "replica_shares": replicas.asks,
                "runs_of_full_size": confirmed.as_ref().map_or(0, |runs| runs.held.len()),
                "drift_fraction": answer.drift.map(|[drift, _]| drift),
                "drift_standard_error": answer.drift.map(|[_, error]| error),
                "runs": throughout.runs,
                "runs_short": throughout.failed,
                "runs_hold_at_least_fraction": throughout.at_least(),
                "time_held_fraction": self.found.time_held(goal.hold),
                "cycles": answer.paths.iter().map(Vec::len).sum::<usize>(),
                "cycles_short": answer.paths.iter().flatten().filter(|held| **held < goal.hold).count(),
            },
            "band": BAND,
            "series": cycles.clone().map(series).collect::<Vec<_>>(),
        })
    }
}

/// A share to a few digits.
fn digits(share: f64, to: fn(f64) -> f64) -> f64 {
    if share <= 0.0 {
        return 0.0;
    }
    let unit = 10_f64.powi(DIGITS - 1 - share.log10().floor() as i32);
    // What a share and its last digit have in common is rounding.
    let scaled = share * unit;
    let near = scaled.round();
    if (scaled - near).abs() < 1e-9 * near { near / unit } else { to(scaled) / unit }
}

/// A percentage with three decimals, cut off: what is not all of the time is not called so.
fn down(percent: f64) -> String {
    let cut = (percent * 1000.0).floor() / 1000.0;
    format!("{cut:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A share in percent, as it was written.
fn percent(share: f64) -> String {
    let text = format!("{:.6}", 100.0 * share);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
