//! Scenarios in which anything may happen, made from a number.

use std::fmt::Write;
use std::fs;

use datasets::scenario::{
    self, Asker, Contacts, ContactsProtocol, Digits, Far, Introducer, Lookups, OnDead, OnLeave, Opening, Pairing, Peer,
    Propagation, Rate, Registry, Sampling, SamplingProtocol, Scenario, Start, StaticGraph, Subcloud, Topology,
    TopologyProtocol, Uplink, Wiring,
};
use datasets::suite::CodeSettings;
use kernels::philox::Stream;

/// Choices that follow from a number.
pub struct Dice {
    stream: Stream,
    thrown: u32,
}

impl Dice {
    /// Dice that fall as the number says.
    pub fn new(seed: u64) -> Self {
        Self { stream: Stream::new(seed, 0, 0), thrown: 0 }
    }

    /// A number below `sides`.
    fn below(&mut self, sides: u32) -> u32 {
        self.thrown += 1;
        (u64::from(self.stream.word(self.thrown, 0)) * u64::from(sides) >> 32) as u32
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u32) as usize]
    }

    fn is(&mut self, in_ten: u32) -> bool {
        self.below(10) < in_ten
    }
}

const CONDITIONS: [&str; 6] = [
    "disk >= 30",
    "not (disk < 20 or up > 0.9)",
    "up > 0.5 and disk < 80",
    "up < disk",
    "load == 1 or load == 3",
    "disk > 1000",
];

/// A suite of up to six applications, for a cloud of so many nodes.
pub fn suite(dice: &mut Dice, version: u32, nodes: u32) -> String {
    let count = 1 + dice.below(6);
    let mut text = format!("[suite]\nversion = {version}\n");
    for number in 0..count {
        let share = f64::from(dice.below(100)) / f64::from(100 * count);
        // Names come again in other versions, at other places.
        let name = (dice.below(3) * 7 + number) % 9;
        if text.contains(&format!("\"app {name}\"")) {
            continue;
        }
        writeln!(text, "[[suite.app]]\nname = \"app {name}\"").unwrap();
        match dice.below(4) {
            0 => writeln!(text, "nodes = {}", (share * f64::from(nodes)).round()).unwrap(),
            1 => writeln!(text, "rest = {}", 1 + dice.below(3)).unwrap(),
            _ => writeln!(text, "share = {share}").unwrap(),
        }
        let choice = dice.one(&["top = \"up\"", "bottom = \"up\"", "top = \"disk\"", "bottom = \"disk\"", "", "", ""]);
        writeln!(text, "{choice}").unwrap();
        if dice.is(3) {
            writeln!(text, "where = \"{}\"", dice.one(&CONDITIONS)).unwrap();
        }
        if dice.is(3) {
            writeln!(text, "min_nodes = {}", (share * f64::from(nodes) * 0.9).round()).unwrap();
        }
        if dice.is(2) {
            writeln!(text, "min_mean = {{ disk = {} }}", 20 + dice.below(60)).unwrap();
        }
    }
    text
}

pub const FLEET: &str = "attributes.up = { beta = [3.0, 1.0] }\nattributes.disk = { uniform = [0, 100] }\n\
                     attributes.load = { choice = [[1, 0.2], [2, 0.5], [3, 0.3]] }\n";

/// Reads a scenario, beside which lie other files.
pub fn read(text: &str, files: &[(String, String)]) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("generated.toml");
    fs::write(&path, text).unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    scenario::read(&path, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A scenario in which anything may happen.
pub fn anything(seed: u64) -> Scenario {
    let mut dice = Dice::new(1_000_000 + seed);
    let nodes = [1, 2, 3, 7, 40, 300, 5_000][dice.below(7) as usize];
    let mut text = format!(
        "[run]\nnodes = {nodes}\ncycles = 9\nseed = {seed}\ncycle_seconds = 3600\nstarts_at = 2026-01-01T00:00:00Z\n"
    );
    let churn = dice.one(&[
        "",
        "preset = \"phone\"\n",
        "up.hours = 3\ndown.hours = 2\nlifetime.hours = 5\nvacancy.hours = 2\npresent = 0.5\n",
    ]);
    writeln!(text, "[[fleet.class]]\nname = \"n\"\nshare = 1\n{churn}{FLEET}").unwrap();
    let protocol = dice.one(&["oracle", "newscast", "cyclon", "generic"]);
    let start = if protocol == "oracle" {
        ""
    } else {
        dice.one(&["", "start = \"ring\"", "start = \"star\"\non_dead = \"skip\""])
    };
    let push = if protocol == "generic" { dice.one(&["", "propagation = \"push\"\nhealing = 2"]) } else { "" };
    writeln!(text, "[sampling]\nprotocol = \"{protocol}\"\nview = 8\n{start}\n{push}").unwrap();
    let slicing = dice.one(&["ordered", "ordered-max-gain", "ranking"]);
    let window = if slicing == "ranking" { "window = 64\n" } else { "" };
    writeln!(text, "[slicing]\nprotocol = \"{slicing}\"\n{window}steadiness = {}", dice.one(&["0", "0.05", "0.4"]))
        .unwrap();
    if dice.is(4) {
        writeln!(text, "[network]\nrequest_loss = 0.3\nreply_loss = 0.2").unwrap();
    }
    if dice.is(5) {
        writeln!(text, "[[aggregate]]\nname = \"a\"\nfunction = \"average\"\nattribute = \"disk\"").unwrap();
    }
    let mut files = Vec::new();
    if dice.is(8) {
        let until = if dice.is(3) { "until = 2026-01-01T04:00:00Z\n" } else { "" };
        text += &suite(&mut dice, 1, nodes).replacen("version", &format!("{until}version"), 1);
        if dice.is(4) {
            let push = dice.one(&["forged", "old"]);
            writeln!(text, "[adversaries]\nshare = {}\npush = \"{push}\"", dice.one(&["0.0", "0.3", "1.0"])).unwrap();
        }
    }
    for number in 0..dice.below(4) {
        let name = format!("v{number}.toml");
        writeln!(
            text,
            "[[event]]\nat_cycle = {}\nsuite = \"{name}\"\nat_nodes = {}",
            1 + dice.below(9),
            1 + dice.below(3)
        )
        .unwrap();
        let version = dice.below(5);
        files.push((name, suite(&mut dice, version, nodes)));
    }
    for _ in 0..dice.below(3) {
        let what = [
            "crash = { share = 0.5 }",
            "outage = { share = 0.9, cycles = 2 }",
            "leave = { nodes = 3 }",
            "crash = { share = 1.0 }",
        ];
        writeln!(text, "[[event]]\nat_cycle = {}\n{}", 1 + dice.below(9), dice.one(&what)).unwrap();
    }
    read(&text, &files)
}

/// The same, whose nodes meet along a graph that stays as it is.
pub fn along(seed: u64) -> Scenario {
    let mut scenario = anything(seed);
    let mut dice = Dice::new(4_000_000 + seed);
    let all =
        [Wiring::KOut, Wiring::Ring, Wiring::WattsStrogatz, Wiring::BarabasiAlbert, Wiring::Star, Wiring::Complete];
    let wiring = all[dice.below(6) as usize];
    let sampling = &mut scenario.sampling;
    (sampling.protocol, sampling.pairing) = (SamplingProtocol::Static, Pairing::Ordered);
    sampling.on_dead = if dice.is(3) { OnDead::Skip } else { OnDead::Retry };
    sampling.graph = Some(StaticGraph {
        wiring,
        degree: 2 * (1 + dice.below(9)),
        undirected: wiring != Wiring::KOut || dice.is(5),
        rewiring: f64::from(dice.below(11)) / 10.0,
        on_leave: if dice.is(5) { OnLeave::Rewire } else { OnLeave::Hole },
        edges: None,
    });
    scenario
}

/// The same as any, whose applications get something inside, if there can be any.
pub fn inside(seed: u64) -> Scenario {
    let mut scenario = anything(seed);
    if scenario.app_names().is_empty() {
        return scenario;
    }
    let mut dice = Dice::new(2_000_000 + seed);
    let view = 2 + dice.below(18);
    let all = [
        SamplingProtocol::Oracle,
        SamplingProtocol::Newscast,
        SamplingProtocol::Cyclon,
        SamplingProtocol::Generic,
        SamplingProtocol::Window,
    ];
    let protocol = all[dice.below(5) as usize];
    let sampling = Sampling {
        protocol,
        view,
        pairing: Pairing::Ordered,
        listed: false,
        start: Start::Random,
        on_dead: if dice.is(3) { OnDead::Skip } else { OnDead::Retry },
        peer: [Peer::Tail, Peer::Head, Peer::Rand, Peer::Rand, Peer::Rand][dice.below(5) as usize],
        propagation: [Propagation::Push, Propagation::Pull, Propagation::Pushpull][dice.below(3) as usize],
        healing: dice.below(view / 2 + 1),
        swapping: 0,
        shuffle: 1 + dice.below(view),
        contacts: 1,
        introducer: Introducer::Random,
        graph: None,
    };
    let contacts = Contacts {
        protocol: if dice.is(2) { ContactsProtocol::Oracle } else { ContactsProtocol::Gossip },
        keep: 1 + dice.below(8),
        accept: 1 + dice.below(12),
        share: f64::from(dice.below(11)) / 10.0,
    };
    let start = if dice.is(4) { Opening::Launch } else { Opening::Settled };
    let code = dice.is(5).then(|| CodeSettings {
        bytes: Some(1 + u64::from(dice.below(1_000_000))),
        chunks: Some(1 + dice.below(64)),
        per_exchange: Some(1 + dice.below(4)),
        version: Some(1),
    });
    let seeds = 1 + dice.below(3);
    let rate = if dice.is(2) { Rate::Mbps(f64::from(1 + dice.below(9))) } else { Rate::Attribute(0) };
    let uplink = dice.is(3).then(|| Uplink { rate, share: f64::from(1 + dice.below(10)) / 10.0 });
    let kinds = [
        TopologyProtocol::Ring,
        TopologyProtocol::Chord,
        TopologyProtocol::Torus,
        TopologyProtocol::Line,
        TopologyProtocol::Prefix,
    ];
    let mut other = Dice::new(3_000_000 + seed);
    let topology = |dice: &mut Dice| {
        let near = 2 * (1 + dice.below(12));
        let protocol = kinds[dice.below(5) as usize];
        let [bits, rows, per_slot] = [4, 8, 8].map(|most| 1 + dice.below(most));
        Topology {
            protocol,
            attribute: (protocol == TopologyProtocol::Line).then_some(0),
            near,
            sent: 2 * (1 + dice.below(12)),
            choice: 1 + dice.below(near),
            samples: 1 + dice.below(12),
            far: if dice.is(4) { Far::Forward } else { Far::Both },
            max_age: 1 + dice.below(30),
            idle: dice.is(4).then_some(3),
            digits: (protocol == TopologyProtocol::Prefix).then_some(Digits { bits, rows, per_slot }),
            room: 1e9,
        }
    };
    let (within, whole) = (topology(&mut other), topology(&mut other));
    let lookups = |topology: &Topology| {
        let routing = if seed.is_multiple_of(2) { topology.routings().first() } else { topology.routings().last() };
        let asker = if seed.is_multiple_of(3) { Asker::Outside } else { Asker::Members };
        routing.map(|&routing| Lookups { per_cycle: 20, routing, asker })
    };
    let registry = |topology: &Topology, number: u32| {
        let (keys, after) = (1 + number * 40, number / 2 % 4);
        let registry = Registry { keys, replicas: 1 + number % 5, republish: 1 + number % 7, after };
        Some(registry).filter(|_| seed.is_multiple_of(2) && !topology.routings().is_empty())
    };
    if other.is(4) {
        scenario.lookups = lookups(&whole).map(|lookups| Lookups { asker: Asker::Members, ..lookups });
        scenario.registry = registry(&whole, seed as u32 % 50);
        scenario.topology = Some(whole);
    }
    let (lookups, registry) = (lookups(&within), registry(&within, seed as u32 % 30));
    let topology = other.is(7).then_some(within);
    let lookups = lookups.filter(|_| topology.is_some());
    let registry = registry.filter(|_| topology.is_some());
    scenario.subcloud = Some(Subcloud { sampling, contacts, start, seeds, code, uplink, topology, lookups, registry });
    let later = scenario.launches.iter_mut().map(|launch| &mut launch.suite);
    for app in std::iter::once(&mut scenario.first.suite).chain(later).flat_map(|suite| &mut suite.apps) {
        app.code = dice.is(4).then(|| own_code(&app.name, 1 + dice.below(3)));
    }
    scenario
}

/// Code of an application that is not that of the others, the same under the same number.
fn own_code(name: &str, version: u32) -> CodeSettings {
    let number = name.bytes().map(u32::from).sum::<u32>() + 7 * version;
    CodeSettings {
        bytes: Some(u64::from(1 + number) * 1000),
        chunks: Some(1 + number % 64),
        per_exchange: Some(1 + number % 3),
        version: Some(10 + version),
    }
}
