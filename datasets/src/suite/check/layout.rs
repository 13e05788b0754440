//! What the layout of a suite means: all words are somebody's or nobody's, and whoever has words may have them.

use crate::error::Error;
use crate::suite::layout::{Draw, Segment, WORDS};
use crate::suite::{App, Choice, raw};
use crate::written::{At, Check};

/// All nodes pass on the runs of a layout, each in five bytes: a few for each application that there can be.
const MOST_RUNS: usize = 1024;

const HELP: &str = "let `subcloud suite sign --base` lay out the words, or leave [[suite.layout]] out";

impl Check<'_, '_> {
    /// The layout, a draw after the other, in the order of the first application of each.
    pub(super) fn layout(&self, raw: &[At<raw::Layout>], apps: &[App]) -> Result<Vec<Draw>, Error> {
        let mut draws: Vec<(usize, Draw)> = Vec::new();
        let mut runs = 0;
        for written in raw {
            runs += written.apps.len();
            if runs > MOST_RUNS {
                let message = format!("words are laid out in more than {MOST_RUNS} runs");
                return Err(self.refuse(written.apps.span(), message, "let the owner lay the words out from nothing"));
            }
            let draw = self.draw(written)?;
            let place = self.drawn_by(written, apps)?;
            if draws.iter().any(|(other, _)| is_one_draw(&apps[*other], &apps[place])) {
                let message = format!("the words of \"{}\" are laid out twice", apps[place].name);
                return Err(self.refuse(written.apps.span(), message, HELP));
            }
            draws.push((place, draw));
        }
        draws.sort_by_key(|(place, _)| *place);
        Ok(draws.into_iter().map(|(_, draw)| draw).collect())
    }

    /// A draw, whoever its words belong to.
    fn draw(&self, raw: &raw::Layout) -> Result<Draw, Error> {
        let (apps, ends) = (&*raw.apps, &*raw.ends);
        if apps.len() != ends.len() {
            let message = format!("{} runs of words have {} ends", apps.len(), ends.len());
            return Err(self.refuse(raw.ends.span(), message, HELP));
        }
        let (mut segments, mut begin) = (Vec::<Segment>::new(), 0);
        for (app, written) in apps.iter().zip(ends) {
            let end = self.whole(written, 1, WORDS)?;
            if end <= begin {
                let message = format!("a run of words ends at {end}, and begins at {begin}");
                return Err(self.refuse(written.span(), message, HELP));
            }
            begin = end;
            let app = Some((**app).clone()).filter(|app| !app.is_empty());
            if segments.last().is_some_and(|last| last.app == app) {
                return Err(self.refuse(written.span(), "two runs of words that follow one another are one", HELP));
            }
            segments.push(Segment { app, end });
        }
        if begin != WORDS {
            let message = format!("the last run of words ends at {begin}, expected {WORDS}");
            return Err(self.refuse(raw.ends.span(), message, HELP));
        }
        Ok(Draw { segments })
    }

    /// The place of the first application that has words of a draw: all that have some share the draw.
    fn drawn_by(&self, raw: &raw::Layout, apps: &[App]) -> Result<usize, Error> {
        let mut first: Option<usize> = None;
        for written in raw.apps.iter().filter(|name| !name.is_empty()) {
            let Some(place) = apps.iter().position(|app| app.name == **written) else {
                let message = format!("\"{}\" has words, and the suite has no such application", **written);
                return Err(self.refuse(written.span(), message, HELP));
            };
            if apps[place].choice != Choice::Random {
                let message = format!("\"{}\" has words, and takes nodes by their rank", **written);
                return Err(self.refuse(written.span(), message, HELP));
            }
            if let Some(other) = first.filter(|other| !is_one_draw(&apps[*other], &apps[place])) {
                let message =
                    format!("\"{}\" and \"{}\" have other conditions, and share words", apps[other].name, **written);
                return Err(self.refuse(written.span(), message, HELP));
            }
            first = Some(first.map_or(place, |other| other.min(place)));
        }
        first.ok_or_else(|| self.refuse(raw.apps.span(), "nobody has any words", HELP))
    }
}

/// Whether two random applications share a draw.
fn is_one_draw(one: &App, other: &App) -> bool {
    one.condition.as_ref().map(|condition| &condition.test) == other.condition.as_ref().map(|condition| &condition.test)
}
