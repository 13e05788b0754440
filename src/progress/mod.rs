//! Progress on stderr: a bar on a terminal, a line every ten seconds elsewhere, nothing when it is to be quiet.

mod cycles;
mod left;

use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use analysis::number::duration;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

pub use cycles::Progress;
use left::Left;

/// Time between two plain lines.
const LINES_APART: Duration = Duration::from_secs(10);
/// Time after which a bar is drawn again, though nothing has happened.
const TICK: Duration = Duration::from_secs(1);
/// Letters of what is done that a bar has room for, so that a line of 80 shows the time left.
const LONGEST_NAME: usize = 16;
/// Parts into which a bar is cut.
const PARTS: u64 = 1000;

/// The progress of work whose steps have known weights: what is done, and how long the rest takes.
#[derive(Debug)]
pub struct Bar {
    drawn: Option<ProgressBar>,
    is_quiet: bool,
    clock: Arc<Mutex<Clock>>,
    start: Instant,
    line: Instant,
}

/// When what was done.
#[derive(Debug)]
struct Clock {
    left: Left,
    last: Instant,
    /// Whether something else is done between steps, whose time nobody knows.
    is_apart: bool,
}

impl Bar {
    /// The progress of `what`, whose steps together weigh `total` and take time in proportion to their weights.
    pub fn new(what: &str, total: f64, is_quiet: bool) -> Self {
        Self::of_kinds(what, &[total], is_quiet)
    }

    /// The same for steps of kinds: a weight costs the same within a kind, and what it costs in each is learnt on the
    /// way.
    pub fn of_kinds(what: &str, totals: &[f64], is_quiet: bool) -> Self {
        let now = Instant::now();
        let clock = Arc::new(Mutex::new(Clock { left: Left::new(totals), last: now, is_apart: false }));
        let bar = (!is_quiet && stderr().is_terminal()).then(|| draw(what, &clock));
        Self { drawn: bar, is_quiet, clock, start: now, line: now }
    }

    /// Something else is done for as long as it takes; the time until the next [`Bar::begin`] is that of no step.
    pub fn apart(&self, doing: &str) {
        self.clock(|clock| (clock.is_apart, clock.last) = (true, Instant::now()));
        match &self.drawn {
            Some(bar) => bar.set_message(doing.to_owned()),
            None => self.say(doing),
        }
    }

    /// Something else is printed, which the bar does not hide.
    pub fn aside(&self, print: impl FnOnce()) {
        match &self.drawn {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// The first step begins, or the next one after something else.
    pub fn begin(&mut self) {
        self.clock(|clock| (clock.is_apart, clock.last) = (false, Instant::now()));
        self.line = Instant::now();
    }

    /// Steps of a kind were done before.
    pub fn skip(&self, kind: usize, weight: f64) {
        self.clock(|clock| clock.left.skip(kind, weight));
    }

    /// A step is done. `note` says where the work stands, as in "point 3 of 60".
    pub fn advance(&mut self, weight: f64, note: &str) {
        self.advance_kind(0, weight, note);
    }

    /// A step of a kind is done.
    pub fn advance_kind(&mut self, kind: usize, weight: f64, note: &str) {
        let now = Instant::now();
        let (share, left) = self.clock(|clock| {
            clock.left.advance(kind, weight, (now - clock.last).as_secs_f64());
            clock.last = now;
            (clock.left.share_done(), clock.left.seconds())
        });
        if let Some(bar) = &self.drawn {
            bar.set_message(note.to_owned());
            bar.set_position((share * PARTS as f64) as u64);
        } else if now - self.line >= LINES_APART || share >= 1.0 {
            self.line = now;
            let left = left.map_or_else(String::new, |left| format!(", {} left", duration(left.round())));
            self.say(&format!("{note}{left}"));
        }
    }

    /// Time since it was made.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn say(&self, line: &str) {
        if !self.is_quiet {
            // A reader that has gone away is no failure.
            let _ = writeln!(stderr(), "{line}");
        }
    }

    fn clock<T>(&self, act: impl FnOnce(&mut Clock) -> T) -> T {
        act(&mut self.clock.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.drawn {
            bar.finish_and_clear();
        }
    }
}

/// Draws a bar.
fn draw(what: &str, clock: &Arc<Mutex<Clock>>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(PARTS), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{prefix} [{bar:20}] {left}{wide_msg}");
    let clock = Arc::clone(clock);
    let left = move |_: &ProgressState, out: &mut dyn fmt::Write| {
        // A time that cannot be written is left out.
        let _ = write!(out, "{}", clock.lock().unwrap_or_else(PoisonError::into_inner));
    };
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).with_key("left", left));
    bar.set_prefix(what.chars().take(LONGEST_NAME).collect::<String>());
    bar.enable_steady_tick(TICK);
    bar
}

impl fmt::Display for Clock {
    /// The time left, which passes while a step goes on; or the time since something else began.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.last.elapsed().as_secs_f64();
        match self.left.seconds() {
            _ if self.is_apart => write!(f, "{}, ", duration(since.round())),
            Some(left) => write!(f, "{} left, ", duration((left - since).max(0.0).round())),
            None => Ok(()),
        }
    }
}
