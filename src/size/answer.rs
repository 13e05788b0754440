//! The answer, rounded as it is told. What it rests on: see [`super::evidence`].

use analysis::number::{count, counted, percent};

use super::plan::Plan;
use super::search::Found;

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
        let (answer, room) = (&found.answer, plan.room());
        let is_reachable = answer.ask <= room;
        Self {
            plan,
            found,
            share: if is_reachable { plan.rounded(answer.ask, f64::ceil).min(room) } else { room },
            low: plan.rounded(answer.low, f64::floor),
            high: plan.rounded(answer.high, f64::ceil),
            is_reachable,
        }
    }

    /// Which nodes count.
    fn which(&self) -> String {
        self.plan.condition.as_ref().map_or_else(String::new, |condition| format!(" with {}", condition.text))
    }

    /// What was asked.
    fn question(&self) -> String {
        let Plan { app, goal, counted: cycles, .. } = self.plan;
        format!(
            "\"{app}\" is to {} at least {}{} for {} of the time: of cycles {} to {}.",
            self.plan.to_hold(),
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
        let asked = self.plan.asked(self.share);
        let nodes = match (self.plan.in_nodes, self.plan.some_are_down()) {
            (true, _) => counted(asked, "node", "nodes"),
            (false, false) => format!("a share of {} ({})", self.share, counted(asked, "node", "nodes")),
            (false, true) => format!(
                "a share of {} ({} of {})",
                self.share,
                count(asked),
                counted(self.plan.live.round() as u64, "live node", "live nodes")
            ),
        };
        format!(
            "Ask for {nodes}: \"{app}\" then {} at least {hold}{} for {} of the time.",
            self.plan.holds(),
            self.which(),
            percent(goal.fraction)
        )
    }

    /// Why there is not enough.
    pub(super) fn reason(&self) -> String {
        let Plan { app, goal, live, full, .. } = self.plan;
        let nodes = counted(full.run.nodes.into(), "node", "nodes");
        let (room, some_are_down) = (self.plan.room(), self.plan.some_are_down());
        if goal.hold > *live {
            return if some_are_down {
                format!("of {nodes}, {} live on average", count(live.round() as u64))
            } else {
                format!("there are {nodes} in all")
            };
        }
        let model = &self.found.at_room;
        let mean = model.mean.iter().sum::<f64>() / model.mean.len().max(1) as f64;
        let cloud = if some_are_down { "live nodes" } else { "cloud" };
        let all = if room >= 1.0 {
            format!("even with a share of 1, {} {cloud},", if some_are_down { "all" } else { "the whole" })
        } else {
            format!("the other applications ask for {:.4} of the {cloud}, and even with all the rest", 1.0 - room)
        };
        format!(
            "{all} \"{app}\" {} {} nodes{} on average, and {} for {} of the time",
            self.plan.holds(),
            count(mean.max(0.0) as u64),
            self.which(),
            count(model.most_for(goal.fraction)),
            percent(goal.fraction)
        )
    }

    /// What could be done about it.
    fn remedy(&self) -> &'static str {
        if self.plan.room() < 1.0 {
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
        paragraphs.extend(self.live());
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

    /// Of what shares are parts, where nodes come and go.
    fn live(&self) -> Option<String> {
        let Plan { live, full, counted: cycles, .. } = self.plan;
        self.plan.some_are_down().then(|| {
            let means = if self.plan.in_nodes {
                "A number of nodes stays the same however many live: nodes count the live ones, and take the number as \
                 a share of these."
            } else {
                "A share is of the live nodes."
            };
            format!(
                "Live nodes: {} of {}, the mean over cycles {} to {}. {means}",
                count(live.round() as u64),
                count(full.run.nodes.into()),
                cycles.start(),
                cycles.end(),
            )
        })
    }

    fn interval(&self) -> String {
        let beyond = if self.high > self.plan.room() {
            format!(" The others leave no more than {}.", self.plan.amount(self.plan.room()))
        } else {
            String::new()
        };
        format!(
            "{} interval of that {}: {} to {}. Who must not be wrong asks for its upper end.{beyond}",
            percent(self.plan.goal.confidence),
            self.plan.key(),
            self.plan.amount(self.low),
            self.plan.amount(self.high),
        )
    }

    /// What is held beyond what is to be held.
    fn headroom(&self) -> String {
        let Plan { goal, .. } = self.plan;
        let model = &self.found.answer.model;
        let mean = model.mean.iter().sum::<f64>() / model.mean.len().max(1) as f64;
        let cycle = (0..model.mean.len()).min_by(|&a, &b| model.mean[a].total_cmp(&model.mean[b])).unwrap_or(0);
        format!(
            "Headroom: it asks for {:.2} times the nodes that it must {}. It {} {} on average, {:+.2} %; after \
             cycle {}, the \
             worst, {}, and only 1 cloud in 100 less than {}.",
            self.share * self.plan.live / goal.hold,
            self.plan.to_hold(),
            self.plan.holds(),
            count(mean as u64),
            100.0 * (mean / goal.hold - 1.0),
            self.plan.counted.start() + cycle as u32,
            count(model.mean[cycle] as u64),
            count(model.quantile(cycle, BAND[0]).max(0.0) as u64),
        )
    }
}
