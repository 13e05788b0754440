//! The answer, rounded as it is told. What it rests on: see [`super::evidence`].

use analysis::number::{count, counted, percent};

use super::plan::Plan;
use super::search::Found;

/// Digits of a share that is told: rounding costs a part in a thousand at most.
const DIGITS: i32 = 4;

/// Shares of the clouds that hold less, and more, than the band says.
pub const BAND: [f64; 2] = [0.01, 0.99];

/// The answer, rounded as it is told.
#[derive(Debug)]
pub struct Answer<'p> {
    pub(super) plan: &'p Plan,
    pub(super) found: &'p Found,
    /// The share to ask for; all that the others leave if not even that will do.
    pub share: f64,
    pub(super) low: f64,
    pub(super) high: f64,
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
        if self.plan.in_nodes { count(self.asked(share)) } else { format!("{share}") }
    }

    /// Nodes that a share asks for.
    pub(super) fn asked(&self, share: f64) -> u64 {
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
            "\"{app}\" is to hold at least {}{} for {} of the time: of cycles {} to {}.",
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
            "Ask for {nodes}: \"{app}\" then holds at least {hold}{} for {} of the time.",
            self.which(),
            percent(goal.fraction)
        )
    }

    /// Why there is not enough.
    pub(super) fn reason(&self) -> String {
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
            "{all} \"{app}\" holds {} nodes{} on average, and {} for {} of the time",
            count(mean.max(0.0) as u64),
            self.which(),
            count(model.most_for(goal.fraction)),
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
            "{} interval of that {}: {} to {}. Who must not be wrong asks for its upper end.{beyond}",
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
            "Headroom: it asks for {:.2} times the nodes that it must hold. It holds {} on average, {:+.2} %; after \
             cycle {}, the \
             worst, {}, and only 1 cloud in 100 less than {}.",
            self.share * f64::from(self.plan.full.run.nodes) / goal.hold,
            count(mean as u64),
            100.0 * (mean / goal.hold - 1.0),
            self.plan.counted.start() + cycle as u32,
            count(model.mean[cycle] as u64),
            count(model.quantile(cycle, BAND[0]).max(0.0) as u64),
        )
    }
}

/// A share to a few digits.
pub(super) fn digits(share: f64, to: fn(f64) -> f64) -> f64 {
    if share <= 0.0 {
        return 0.0;
    }
    let unit = 10_f64.powi(DIGITS - 1 - share.log10().floor() as i32);
    // What a share and its last digit have in common is rounding.
    let scaled = share * unit;
    let near = scaled.round();
    if (scaled - near).abs() < 1e-9 * near { near / unit } else { to(scaled) / unit }
}
