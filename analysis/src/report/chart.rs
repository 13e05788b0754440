//! A chart as it goes into the page: points, names and what to see; how it looks is the page's business.

use serde::Serialize;

use super::axis::Axis;
use super::thin::thin;
use crate::Happening;

/// A chart.
#[derive(Clone, Debug, Serialize)]
pub struct Chart {
    /// Its id in the page, the same in every report.
    pub id: String,
    /// What is drawn.
    pub title: String,
    /// What to see in it.
    pub caption: String,
    /// Where the numbers are: the sheet of the workbook, and the table of the trace.
    pub sheet: &'static str,
    /// Whether it takes the whole width of a page.
    pub is_wide: bool,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Areas between two lines, drawn first.
    pub bands: Vec<Band>,
    /// Lines.
    pub lines: Vec<Line>,
    /// What happened, for a chart over time.
    pub marks: Vec<Mark>,
    /// Rows of the longest line, if it was thinned.
    pub thinned_from: Option<usize>,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stroke {
    /// What was measured.
    Solid,
    /// What was asked for, or is true.
    Dot,
    /// The second of a pair.
    Dash,
    /// A bar from one point to another.
    Bar,
}

/// A line.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// The name in the key with which it is shown and hidden: its own, or that of another line to which it belongs.
    pub group: String,
    /// Number of its colour and marker; none for a line of reference.
    pub colour: Option<usize>,
    /// How it is drawn.
    pub dash: Stroke,
    /// Where its points are.
    pub x: Vec<f64>,
    /// Their values; a gap where there is none.
    pub y: Vec<Option<f64>>,
}

/// An area between two lines.
#[derive(Clone, Debug, Serialize)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// The name in the key with which it is shown and hidden.
    pub group: String,
    /// Number of its colour.
    pub colour: Option<usize>,
    /// Whether it is the outer one of two.
    pub is_faint: bool,
    /// Where its points are.
    pub x: Vec<f64>,
    /// The lower end; a gap where there is none.
    pub low: Vec<Option<f64>>,
    /// The upper end.
    pub high: Vec<Option<f64>>,
}

/// Something that happened, on an axis of cycles.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    /// The start of the first cycle.
    pub first: f64,
    /// The start of the last one.
    pub last: f64,
    /// A few words.
    pub label: String,
}

impl Chart {
    /// A chart without lines.
    pub fn new(id: impl Into<String>, title: impl Into<String>, sheet: &'static str, [x, y]: [Axis; 2]) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            caption: String::new(),
            sheet,
            is_wide: false,
            x,
            y,
            bands: Vec::new(),
            lines: Vec::new(),
            marks: Vec::new(),
            thinned_from: None,
        }
    }

    /// Says what to see.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    /// Takes the whole width.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }

    /// Adds a line through these points, unless there is nothing to draw: says whether there is.
    pub fn line(
        &mut self,
        name: &str,
        colour: Option<usize>,
        dash: Stroke,
        points: impl Iterator<Item = (f64, f64)>,
    ) -> bool {
        let points: Vec<(f64, f64)> = points.map(|(x, y)| (x, self.drawn(y))).collect();
        let kept = self.thinned(&points);
        let is_there = kept.iter().any(|(_, y)| y.is_finite());
        if is_there {
            let (x, y) = split(&kept);
            self.lines.push(Line { name: name.to_owned(), group: name.to_owned(), colour, dash, x, y });
        }
        is_there
    }

    /// Adds a band between the lower and the upper ends at these places, unless there is nothing to draw.
    pub fn band(
        &mut self,
        name: &str,
        colour: Option<usize>,
        is_faint: bool,
        points: impl Iterator<Item = (f64, f64, f64)>,
    ) {
        let points: Vec<_> = points.collect();
        // Where a band reaches down to nothing it ends, by decades, at the least that there is.
        let positive = points.iter().flat_map(|&(_, low, high)| [low, high]).filter(|value| *value > 0.0);
        let floor = positive.fold(f64::INFINITY, f64::min);
        let raised = |low: f64, high: f64| if self.y.is_log && low <= 0.0 && high > 0.0 { floor } else { low };
        let points = points.into_iter().map(|(x, low, high)| (x, raised(low, high), high));
        let points: Vec<_> = points.map(|(x, low, high)| (x, self.drawn(low), self.drawn(high))).collect();
        // Both ends are thinned at the same places: those of either.
        let low: Vec<_> = points.iter().map(|&(x, low, _)| (x, low)).collect();
        let high: Vec<_> = points.iter().map(|&(x, _, high)| (x, high)).collect();
        let mut places: Vec<f64> = self.thinned(&low).iter().chain(&self.thinned(&high)).map(|&(x, _)| x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let kept = points.into_iter().filter(|(x, ..)| places.binary_search_by(|at| at.total_cmp(x)).is_ok());
        let mut band = Band {
            name: name.to_owned(),
            group: name.to_owned(),
            colour,
            is_faint,
            x: Vec::new(),
            low: Vec::new(),
            high: Vec::new(),
        };
        for (x, low, high) in kept {
            let is_there = low.is_finite() && high.is_finite();
            band.x.push(x);
            band.low.push(is_there.then_some(low));
            band.high.push(is_there.then_some(high));
        }
        if band.low.iter().any(Option::is_some) {
            self.bands.push(band);
        }
    }

    /// Lets the last line be shown and hidden with another one, and have no place of its own in the key.
    pub fn belongs_to(&mut self, group: &str) {
        if let Some(line) = self.lines.last_mut() {
            group.clone_into(&mut line.group);
        }
    }

    /// Marks what happened.
    pub fn mark(&mut self, happenings: &[Happening]) {
        self.marks = happenings.iter().map(Mark::of).collect();
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A value as the vertical axis can show it.
    fn drawn(&self, value: f64) -> f64 {
        if self.y.is_log && value <= 0.0 { f64::NAN } else { value }
    }

    fn thinned(&mut self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let kept = thin(points);
        if kept.len() < points.len() {
            self.thinned_from = self.thinned_from.max(Some(points.len()));
        }
        kept
    }
}

impl Mark {
    fn of(happening: &Happening) -> Self {
        // What happens at the start of cycle k happens between the rows k − 1 and k.
        let place = |cycle: u32| f64::from(cycle) - 0.5;
        Self {
            first: place(happening.first_cycle),
            last: place(happening.last_cycle),
            label: super::words::short(&super::words::happening(happening), 28),
        }
    }
}

fn split(points: &[(f64, f64)]) -> (Vec<f64>, Vec<Option<f64>>) {
    points.iter().map(|&(x, y)| (x, y.is_finite().then_some(y))).unzip()
}
