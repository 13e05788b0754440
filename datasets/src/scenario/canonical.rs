//! A scenario written out in full: one text for one meaning.
//!
//! The text is put together here and not by a serialiser, so that the hash of a scenario does not change with a
//! library.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::check::has_overlay;
use super::slicing::SLICES;
use super::{
    Class, Edges, Event, EventKind, Export, Fleet, Fork, Introducer, Inventory, InventoryColumn, Overlay, OwnProtocol,
    Panel, Sample, Sampling, SamplingProtocol, Scenario, SlicingProtocol, Source, Spreading, StaticGraph, Wiring,
};
use crate::fleet::{Distribution, parts};
use crate::suite::moment;
use crate::written::quoted;

mod adversaries;
mod aggregate;
mod churn;
mod monitor;
mod subcloud;
mod topology;

impl Scenario {
    /// The scenario in TOML, with every default spelt out; [`read`](super::read) gives the same scenario again.
    ///
    /// Keys are in the order of the documentation; an inventory has its absolute path.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.text(|path| path.to_string_lossy().into_owned())
    }

    /// The scenario in JSON, as [`Scenario::to_toml`] has it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        json(&self.to_toml())
    }

    /// A hash of what the scenario says, in 16 hexadecimal digits.
    ///
    /// Neither comments, layout, the file's name nor its place matter, but every override does. An inventory enters
    /// with its name and its content, for which it is read; with its name alone if it cannot be.
    #[must_use]
    pub fn hash(&self) -> String {
        // Two runs of one scenario that begin with different states are different runs. A state is known by its run and
        // its cycle: a run has its hash before there is the state.
        let nameless = |fork: &Fork| Fork { state_digest: String::new(), ..fork.clone() };
        let fork = self.fork.as_ref().map(|fork| format!("# {:?}", nameless(fork))).unwrap_or_default();
        format!("{:016x}", xxh3_64((self.text_of_content() + &fork).as_bytes()))
    }

    /// What the scenario says, in JSON, with the name and a digest of the content of each file in place of its path.
    /// Two scenarios that say the same have the same.
    #[must_use]
    pub fn content(&self) -> serde_json::Value {
        json(&self.text_of_content())
    }

    fn text_of_content(&self) -> String {
        self.text(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            content_hash(path).map_or_else(|_| name.to_string(), |hash| format!("{name} {hash:016x}"))
        })
    }

    fn text(&self, file: impl Fn(&Path) -> String) -> String {
        let mut lines = self.run_lines();
        match &self.fleet.source {
            Source::Classes(classes) => {
                if self.fleet.replay.is_some() {
                    lines.extend(header("[fleet]"));
                    lines.push(format!("resample = \"{}\"", self.fleet.resample));
                }
                lines.extend(classes.iter().flat_map(|class| class_lines(class, &self.fleet)));
            }
            Source::File(inventory) => {
                lines.extend(inventory_lines(inventory, &self.fleet, &file(&inventory.path)));
            }
        }
        if !self.fleet.churn.is_none() {
            lines.extend(header("[fleet.churn]"));
            lines.extend(churn::class_lines(&self.fleet.churn));
        }
        if let Some(replay) = &self.fleet.replay {
            lines.extend(header("[fleet.replay]"));
            lines.extend(churn::replay_lines(replay, &file(&replay.path)));
        }
        lines.extend(churn::cloud_lines(&self.clouds, &self.fleet));
        lines.extend(self.protocol_lines(&file));
        lines.push(String::new());
        lines.extend(self.suite_lines(&file));
        let attributes = &self.fleet.attributes;
        let inside = |it| subcloud::lines(it, &inside_lines(&it.sampling), attributes);
        lines.extend(self.subcloud.iter().flat_map(inside));
        if let Some(topology) = &self.topology {
            lines.extend(header("[topology]"));
            lines.extend(topology::keys(topology, attributes, false));
        }
        if let Some(lookups) = self.lookups {
            lines.extend(header("[lookups]"));
            lines.extend(topology::lookups(lookups));
        }
        if let Some(registry) = self.registry {
            lines.extend(header("[registry]"));
            lines.extend(topology::registry(registry));
        }
        let apps = self.app_names();
        for OwnProtocol { name, app, room, keys } in &self.protocols {
            lines.extend(header("[[protocol]]"));
            lines.push(format!("name = {}", toml::Value::from(name.as_str())));
            if let Some(app) = app {
                lines.push(format!("app = {}", toml::Value::from(apps[*app].as_str())));
                lines.push(format!("room = {room:?}"));
            }
            lines.extend(keys.lines());
        }
        lines.extend(self.adversaries.as_ref().map(|they| adversaries::lines(they, &file)).into_iter().flatten());
        lines.extend(self.monitor.as_ref().map(|monitor| monitor::lines(monitor, &file)).into_iter().flatten());
        lines.extend(header("[trace]"));
        lines.push(format!("every = {}", self.trace.every));
        lines.extend(self.trace.judged.map(|sample| format!("topology = {{ sample = {sample} }}")));
        lines.extend(self.trace.nodes.as_ref().map(panel_line));
        if has_overlay(&self.sampling, self.subcloud.as_ref()) {
            let Overlay { every, sample, paths } = self.trace.overlay;
            lines.push(format!("overlay = {{ every = {every}, sample = {sample}, paths = {paths} }}"));
            lines.extend(self.trace.edges.as_ref().map(export_line));
        }
        lines.extend(self.events.iter().flat_map(|event| self.event_lines(event, &file)));
        lines.push(String::new());
        lines.join("\n")
    }

    /// The suite, whose table begins with the key that is trusted.
    fn suite_lines(&self, file: &impl Fn(&Path) -> String) -> Vec<String> {
        let mut lines: Vec<String> =
            self.first.suite.to_toml(&self.fleet.attributes).lines().map(str::to_owned).collect();
        if let Some(trust) = &self.trust {
            lines.insert(1, format!("trust = {}", quoted(&file(&trust.path))));
            if self.first.is_in_format_2 {
                lines.insert(2, "format = 2".to_owned());
            }
            if !trust.name.is_empty() {
                lines.insert(2, format!("cloud = {}", quoted(&trust.name)));
            }
        }
        lines
    }

    fn event_lines(&self, event: &Event, file: &impl Fn(&Path) -> String) -> Vec<String> {
        let mut lines = Vec::from(header("[[event]]"));
        lines.push(format!("at_cycle = {}", event.at_cycle));
        if let EventKind::Suite(launch, nodes) = event.kind {
            lines.push(format!("suite = {}", quoted(&file(&self.launches[launch].path))));
            lines.push(format!("at_nodes = {nodes}"));
        } else {
            lines.push(format!("until_cycle = {}", event.until_cycle));
            lines.extend(churn::event_line(&event.kind, &self.fleet, &self.clouds));
        }
        lines
    }

    fn run_lines(&self) -> Vec<String> {
        let run = &self.run;
        let mut lines = vec![
            "[run]".to_owned(),
            format!("nodes = {}", run.nodes),
            format!("cycles = {}", run.cycles),
            format!("seed = {}", run.seed),
            format!("cycle_seconds = {:?}", run.cycle_seconds),
        ];
        lines.extend(run.starts_at.map(|start| format!("starts_at = {}", moment::text(start))));
        lines
    }

    fn protocol_lines(&self, file: impl Fn(&Path) -> String) -> Vec<String> {
        let mut lines = Vec::from(header("[sampling]"));
        lines.extend(sampling_lines(&self.sampling, file));
        lines.extend(header("[network]"));
        lines.push(format!("request_loss = {:?}", self.network.request_loss));
        lines.push(format!("reply_loss = {:?}", self.network.reply_loss));
        lines.extend(header("[slicing]"));
        lines.push(format!("protocol = \"{}\"", self.slicing.protocol));
        if let Some(candidates) = self.slicing.candidates {
            lines.push(format!("candidates = {candidates}"));
        }
        if self.slicing.protocol == SlicingProtocol::Ranking {
            lines.push(format!("window = {}", self.slicing.window));
        }
        if self.slicing.protocol == SlicingProtocol::Quantile {
            lines.push(format!("points = {}", self.slicing.points));
            lines.push(format!("epoch_cycles = {}", self.slicing.epoch_cycles));
        }
        if self.slicing.slices != SLICES {
            lines.push(format!("slices = {}", self.slicing.slices));
        }
        if self.slicing.steadiness > 0.0 {
            lines.push(format!("steadiness = {:?}", self.slicing.steadiness));
        }
        if self.spreading != Spreading::default() {
            lines.extend(header("[spreading]"));
            lines.push(format!("propagation = \"{}\"", self.spreading.propagation));
            lines.push(format!("rounds = \"{}\"", self.spreading.rounds));
        }
        let apps = self.app_names();
        lines.extend(self.aggregates.iter().flat_map(|it| aggregate::lines(it, self, &apps)));
        lines
    }
}

/// A text in TOML as JSON.
fn json(text: &str) -> serde_json::Value {
    let table = toml::from_str::<toml::Table>(text).unwrap_or_default();
    serde_json::to_value(toml::Value::Table(table)).map(with_moments).unwrap_or_default()
}

/// JSON has no moments: they become text.
fn with_moments(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(object) => match object.get("$__toml_private_datetime") {
            Some(moment) => moment.clone(),
            None => Value::Object(object.into_iter().map(|(key, value)| (key, with_moments(value))).collect()),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(with_moments).collect()),
        plain => plain,
    }
}

/// What the protocol does not use is left out: it could not be read again.
fn sampling_lines(sampling: &Sampling, file: impl Fn(&Path) -> String) -> Vec<String> {
    let mut lines = inside_lines(sampling);
    let mut others = vec![format!("pairing = \"{}\"", sampling.pairing)];
    if sampling.protocol.has_views() {
        others.push(match sampling.introducer {
            Introducer::Random => format!("contacts = {}", sampling.contacts),
            Introducer::First => format!("introducer = \"{}\"", sampling.introducer),
        });
        others.push(format!("start = \"{}\"", sampling.start));
    }
    if let Some(graph) = &sampling.graph {
        others.extend(graph_lines(graph, file));
        if graph.wiring != Wiring::Complete {
            others.push(format!("on_dead = \"{}\"", sampling.on_dead));
        }
    }
    lines.splice(2..2, others);
    lines
}

fn graph_lines(graph: &StaticGraph, file: impl Fn(&Path) -> String) -> Vec<String> {
    let StaticGraph { wiring, degree, undirected, rewiring, on_leave, edges } = graph;
    let mut lines = Vec::new();
    match edges {
        None => lines.push(format!("graph = \"{wiring}\"")),
        Some(Edges { path, columns: [from, to], .. }) => {
            let path = quoted(&file(path));
            lines.push(format!("edges = {{ file = {path}, from = {}, to = {} }}", quoted(from), quoted(to)));
        }
    }
    if !matches!(wiring, Wiring::Star | Wiring::Complete | Wiring::Edges) {
        lines.push(format!("degree = {degree}"));
    }
    if matches!(wiring, Wiring::KOut | Wiring::Edges) {
        lines.push(format!("undirected = {undirected}"));
    }
    if *wiring == Wiring::WattsStrogatz {
        lines.push(format!("rewiring = {rewiring:?}"));
    }
    if *wiring != Wiring::Complete {
        lines.push(format!("on_leave = \"{on_leave}\""));
    }
    lines
}

/// The same, of what means something inside an application.
fn inside_lines(sampling: &Sampling) -> Vec<String> {
    let mut lines = vec![format!("protocol = \"{}\"", sampling.protocol), format!("view = {}", sampling.view)];
    if sampling.protocol.has_views() {
        lines.push(format!("on_dead = \"{}\"", sampling.on_dead));
    }
    match sampling.protocol {
        SamplingProtocol::Generic => {
            lines.push(format!("peer = \"{}\"", sampling.peer));
            lines.push(format!("propagation = \"{}\"", sampling.propagation));
            lines.push(format!("healing = {}", sampling.healing));
            lines.push(format!("swapping = {}", sampling.swapping));
        }
        SamplingProtocol::Cyclon => lines.push(format!("shuffle = {}", sampling.shuffle)),
        _ => {}
    }
    lines
}

fn header(name: &str) -> [String; 2] {
    [String::new(), name.to_owned()]
}

fn class_lines(class: &Class, fleet: &Fleet) -> Vec<String> {
    let mut lines = Vec::from(header("[[fleet.class]]"));
    lines.push(format!("name = {}", quoted(&class.name)));
    lines.push(match class.nodes {
        Some(nodes) => format!("nodes = {nodes}"),
        None => format!("share = {:?}", class.share),
    });
    for (index, (name, distribution)) in fleet.attributes.iter().zip(&class.attributes).enumerate() {
        let value = distribution.as_ref().map_or_else(|| churn::availability(fleet, index), shape);
        lines.push(format!("attributes.{name} = {value}"));
    }
    lines.extend(churn::class_lines(&class.churn));
    lines
}

fn inventory_lines(inventory: &Inventory, fleet: &Fleet, file: &str) -> Vec<String> {
    let mut lines = Vec::from(header("[fleet]"));
    lines.push(format!("file = {}", quoted(file)));
    lines.push(format!("resample = \"{}\"", fleet.resample));
    lines.extend(inventory.decimal.map(|decimal| format!("decimal = \"{decimal}\"")));
    lines.extend(header("[fleet.attributes]"));
    let mut columns = inventory.columns.iter();
    for (index, name) in fleet.attributes.iter().enumerate() {
        let column = if fleet.availability(index).is_none() { columns.next() } else { None };
        lines.push(match column {
            Some(InventoryColumn { column, scale, offset, rounded }) => {
                let rounded = if *rounded { ", rounded = true" } else { "" };
                format!("{name} = {{ column = {}, scale = {scale:?}, offset = {offset:?}{rounded} }}", quoted(column))
            }
            None => format!("{name} = {}", churn::availability(fleet, index)),
        });
    }
    lines
}

fn export_line(Export { every, sample }: &Export) -> String {
    format!("edges = {{ every = {every}, sample = {} }}", sample_text(*sample))
}

fn sample_text(sample: Sample) -> String {
    match sample {
        Sample::All => "\"all\"".to_owned(),
        Sample::Count(count) => count.to_string(),
    }
}

fn panel_line(panel: &Panel) -> String {
    let sample = sample_text(panel.sample);
    format!("nodes = {{ cycles = {:?}, sample = {sample} }}", panel.cycles)
}

fn shape(distribution: &Distribution) -> String {
    let pairs = |pairs: &[(f64, f64)]| {
        let pairs: Vec<String> = pairs.iter().map(|(first, second)| format!("[{first:?}, {second:?}]")).collect();
        pairs.join(", ")
    };
    match distribution {
        Distribution::Constant(value) => format!("{{ constant = {value:?} }}"),
        Distribution::Uniform { low, high } => format!("{{ uniform = [{low:?}, {high:?}] }}"),
        Distribution::Beta { alpha, beta } => format!("{{ beta = [{alpha:?}, {beta:?}] }}"),
        Distribution::Lognormal { median, sigma } => {
            format!("{{ lognormal = {{ median = {median:?}, sigma = {sigma:?} }} }}")
        }
        Distribution::Weibull { shape, scale } => {
            format!("{{ weibull = {{ shape = {shape:?}, scale = {scale:?} }} }}")
        }
        Distribution::Exponential { mean } => format!("{{ exponential = {{ mean = {mean:?} }} }}"),
        Distribution::Pareto { shape, minimum } => {
            format!("{{ pareto = {{ shape = {shape:?}, minimum = {minimum:?} }} }}")
        }
        Distribution::Normal { mean, sd } => {
            format!("{{ normal = {{ mean = {mean:?}, sd = {sd:?} }} }}")
        }
        Distribution::Quantiles(points) => format!("{{ quantiles = [{}] }}", pairs(points)),
        Distribution::Choice(values) => format!("{{ choice = [{}] }}", pairs(values)),
    }
}

/// A hash of the content of a file; of a table in several files, of all in their order, with what the names of their
/// folders say.
fn content_hash(path: &Path) -> io::Result<u64> {
    let mut hasher = Xxh3::new();
    if path.is_file() {
        hash_file(path, &mut hasher)?;
        return Ok(hasher.digest());
    }
    for part in parts(path).map_err(|none| io::Error::other(none.message))? {
        for text in part.keys.iter().flat_map(|(key, value)| [key, value]) {
            hash_text(text, &mut hasher);
        }
        // So that a row moved to the next file is another table.
        hash_text(&fs::metadata(&part.path)?.len().to_string(), &mut hasher);
        hash_file(&part.path, &mut hasher)?;
    }
    Ok(hasher.digest())
}

/// A text, with its length before it.
fn hash_text(text: &str, hasher: &mut Xxh3) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn hash_file(path: &Path, hasher: &mut Xxh3) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            count => hasher.update(&buffer[..count]),
        }
    }
}
