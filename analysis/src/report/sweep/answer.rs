//! The answer of a sweep: how much of what it asks for each application holds, setting by setting.

use super::SweepSource;
use crate::Setting;
use crate::number::counted;
use crate::number::{count, percent};
use crate::render::study::label;
use crate::report::answer::{Answer, Fact, fact};
use crate::report::section::{Head, Table};

/// The answer.
pub fn answer(source: &SweepSource) -> Answer {
    let study = &source.study;
    let least = least(source);
    let sweep = format!(
        "{} of {} each",
        counted(study.settings.len() as u64, "setting", "settings"),
        counted(study.replicates.into(), "seed", "seeds")
    );
    let headline = match &least {
        Some((share, app, setting)) => format!(
            "Over {sweep}, applications hold at least {} of what they ask for; the least has {app} at {}.",
            percent(*share),
            label(setting)
        ),
        None => format!("{sweep}."),
    };
    let mut facts = vec![points(source)];
    facts.extend(least.map(|(share, app, setting)| {
        fact("Held at least", percent(share), format!("of what {app} asks for, at {}", label(setting)))
    }));
    facts.extend(wrong(source));
    Answer { headline, facts, table: table(source) }
}

/// The application that holds the least of what it asks for, and the setting at which it does.
fn least(source: &SweepSource) -> Option<(f64, &str, &Setting)> {
    let apps = source.apps();
    let all = source.study.settings.iter().flat_map(|setting| apps.iter().map(move |&app| (app, setting)));
    let known = all.filter_map(|(app, setting)| Some((share(setting, app)?, app, setting)));
    known.reduce(|least, next| if next.0 < least.0 { next } else { least })
}

/// Mean of the nodes held over that of those asked for.
fn share(setting: &Setting, app: &str) -> Option<f64> {
    let mean = |metric| setting.spread(metric, app).map(|spread| spread.mean);
    let asked = mean("asked").filter(|asked| *asked > 0.0)?;
    Some(mean("held")? / asked)
}

fn points(source: &SweepSource) -> Fact {
    let there = source.sweep.points().len();
    let all = there.max(source.record.points.len());
    let note = if there == all {
        "all of them".to_owned()
    } else {
        format!("of {}: the others are not there yet", count(all as u64))
    };
    fact("Points", count(there as u64), note)
}

fn wrong(source: &SweepSource) -> Option<Fact> {
    let apps = source.apps();
    let all = source.study.settings.iter().flat_map(|setting| apps.iter().map(move |&app| (app, setting)));
    let known = all.filter_map(|(app, setting)| Some((setting.spread("wrong", app)?.mean, app, setting)));
    let (share, app, setting) = known.reduce(|most, next| if next.0 > most.0 { next } else { most })?;
    Some(fact("Wrong at most", percent(share), format!("of the nodes of {app}, at {}", label(setting))))
}

/// A row a setting: runs, and what each application holds.
fn table(source: &SweepSource) -> Option<Table> {
    let apps = source.apps();
    let shown = &apps[..apps.len().min(super::MOST_APPS)];
    let heads = Head::row("Setting", std::iter::once("Runs").chain(shown.iter().copied()));
    let caption = "Nodes held of those asked for, mean over the runs, and half the width of its 95 % interval";
    let mut table = Table::new("answer", caption, &heads);
    for setting in &source.study.settings {
        let cells = shown.iter().map(|app| held(setting, app));
        let runs = count(setting.points.len() as u64);
        table.row([format!("{}: {}", setting.setting, label(setting)), runs].into_iter().chain(cells));
    }
    (!table.rows.is_empty()).then_some(table)
}

fn held(setting: &Setting, app: &str) -> String {
    let (Some(held), Some(asked)) = (setting.spread("held", app), setting.spread("asked", app)) else {
        return "–".to_owned();
    };
    let half = held.half_width().map_or(String::new(), |half| format!(" ± {}", count(half.round() as u64)));
    format!("{}{half} of {}", count(held.mean.round() as u64), count(asked.mean.round() as u64))
}
