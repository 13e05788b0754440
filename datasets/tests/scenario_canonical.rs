//! A scenario written out in full reads back the same, and its hash says what it says.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

use datasets::fleet::Distribution;
use datasets::scenario::{
    self, Adversaries, Aggregate, Asker, Availability, Churn, Class, Contacts, ContactsProtocol, Counting, Digits,
    Epochs, Event, EventKind, Export, Far, Fleet, Function, Group, Interpolation, Introducer, Lengths, Lookups,
    Network, OnDead, OnLeave, Opening, Order, Overlay, Pairing, Panel, Peer, Propagation, Push, Rate, Registry,
    Resample, Rhythm, Rounds, Run, Sample, Sampling, SamplingProtocol, Scale, Scenario, Sessions, Size, Slicing,
    SlicingProtocol, Source, Spreading, Start, StaticGraph, Subcloud, TimeUnit, Topology, TopologyProtocol, Trace,
    Turnover, Uplink, Wiring,
};
use datasets::suite::{
    Action, App, Choice, CodeSettings, Condition, Names, Request, Rule, Suite, Verdict, Version, name_fault,
};
use proptest::prelude::*;
use tempfile::TempDir;

fn reread(scenario: &Scenario) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{}.toml", scenario.name));
    fs::write(&path, scenario.to_toml()).unwrap();
    scenario::read(&path, &[]).unwrap_or_else(|error| panic!("{error}\n{}", scenario.to_toml()))
}

fn distribution() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        (-1e30..1e30_f64).prop_map(Distribution::Constant),
        (-1e9..1e9_f64, 0.0..1e9_f64).prop_map(|(low, width)| Distribution::Uniform { low, high: low + width }),
        (1e-3..1e3_f64, 1e-3..1e3_f64).prop_map(|(alpha, beta)| Distribution::Beta { alpha, beta }),
        (1e-9..1e6_f64, 0.0..5.0_f64).prop_map(|(median, sigma)| Distribution::Lognormal { median, sigma }),
        (0.2..9.0_f64, 1e-9..1e6_f64).prop_map(|(shape, scale)| Distribution::Weibull { shape, scale }),
        (-9.0..1e3_f64, 1.0..1e3_f64).prop_map(|(mean, sd)| Distribution::Normal { mean, sd }),
        (1e-9..1e6_f64).prop_map(|mean| Distribution::Exponential { mean }),
        (1.0..9.0_f64, 1e-9..1e6_f64).prop_map(|(shape, minimum)| Distribution::Pareto { shape, minimum }),
        prop::collection::vec((1e-6..0.1_f64, 0.0..1e3_f64), 1..9).prop_map(|steps| {
            let mut point = (0.0, -300.0);
            let ascend = |(quantile, value)| {
                point = (point.0 + quantile, point.1 + value);
                point
            };
            Distribution::Quantiles(steps.into_iter().map(ascend).collect())
        }),
        prop::collection::vec((0.0..1e3_f64, 1e-3..1.0_f64), 1..9).prop_map(|mut values| {
            let sum: f64 = values.iter().map(|(_, weight)| weight).sum();
            values.sort_by(|left, right| left.0.total_cmp(&right.0));
            Distribution::Choice(values.into_iter().map(|(value, weight)| (value, weight / sum)).collect())
        }),
    ]
}

/// Lengths of time beyond the longest cycle.
fn lengths() -> impl Strategy<Value = Lengths> {
    let unit = prop::sample::select(vec![TimeUnit::Seconds, TimeUnit::Hours, TimeUnit::Days]);
    (1e9..1e15_f64, unit, 0.0..=5.0_f64).prop_map(|(mean, unit, spread)| Lengths {
        distribution: Distribution::Exponential { mean },
        unit,
        spread,
    })
}

fn churn() -> impl Strategy<Value = Churn> {
    let rhythm = prop::option::of((0.1..=1.0_f64, -9.0..9.0_f64));
    let sessions = prop::option::of((lengths(), lengths(), rhythm));
    let turnover = prop::option::of((lengths(), lengths()));
    (sessions, turnover, 0.0..=1.0_f64).prop_map(|(sessions, turnover, present)| Churn {
        sessions: sessions.map(|(up, down, rhythm)| Sessions {
            up,
            down,
            rhythm: rhythm.map(|(share, zone)| Rhythm {
                shares: std::array::from_fn(|hour| share / (1 + hour) as f64),
                time_zone: Distribution::Constant(zone),
            }),
        }),
        turnover: turnover.map(|(lifetime, vacancy)| Turnover { lifetime, vacancy }),
        present,
    })
}

/// An event of any kind. `number` chooses.
fn event(cycle: u32, until: u32, share: f64, number: u32) -> Event {
    let group = |order| Group {
        size: if number.is_multiple_of(2) { Size::Share(share) } else { Size::Nodes(number) },
        class: (number % 3 == 1).then_some(0),
        region: (number % 5 == 1).then_some([share / 2.0, share]),
        order,
    };
    let kind = match number % 10 {
        0 | 1 => EventKind::Crash(group(Order::Random)),
        2 => EventKind::Leave(group(Order::Top(0))),
        3 => EventKind::Crash(group(Order::Bottom(0))),
        4 => EventKind::Outage(group(Order::Random), 1 + number),
        5 => EventKind::Join(group(Order::Random)),
        6 => EventKind::Join(group(Order::Above(0))),
        7 => EventKind::Bootstrap(None),
        8 => EventKind::Scale(Scale { group: group(Order::Random), attribute: 0, by: share + 0.5 }),
        _ => EventKind::Scale(Scale { group: group(Order::Bottom(0)), attribute: 0, by: 1e-9 }),
    };
    Event { at_cycle: cycle, until_cycle: until.max(cycle), kind }
}

/// A suite that asks for one to six kinds of nodes, in every way that there is.
fn suite() -> impl Strategy<Value = Suite> {
    let condition = prop::sample::select(vec![
        "a_0 > 0.5",
        "not (a_0 < -1e3 or a_0 == 7) and a_0 != 1_000",
        "a_0 >= 1 or\n\ta_0 <= 0",
    ]);
    let condition = condition.prop_map(|text| Condition::parse(text, &mut Names::Any(Vec::new())).unwrap());
    let app = (
        choice(),
        prop_oneof![
            (0.0..=0.2_f64).prop_map(Request::Share),
            (0..=u64::from(u32::MAX)).prop_map(Request::Nodes),
            (1e-9..1e9_f64).prop_map(Request::Rest),
        ],
        prop::option::of(condition),
        prop::option::of(0..=u64::from(u32::MAX)),
        prop::option::of(-1e9..1e9_f64),
    );
    let app = app.prop_map(|(choice, request, condition, min_nodes, mean)| App {
        name: String::new(),
        request,
        choice,
        condition,
        min_nodes,
        min_means: mean.map(|mean| (0, mean)).into_iter().collect(),
        code: None,
        topology: None,
        rules: Vec::new(),
    });
    let app = app.boxed();
    let until = prop::option::of(0..253_402_300_800_i64);
    let rules = prop::collection::vec((0..6_usize, app.clone(), 1..=100_u32, 0..=100_u32, 1e-3..1e3_f64), 0..5);
    let apps = prop::collection::vec(app, 0..6);
    (0..1_u64 << 63, until, apps, rules).prop_map(|(version, until, mut apps, rules)| {
        for (number, app) in apps.iter_mut().enumerate() {
            app.name = format!("\"app\" {number}");
        }
        for (number, (place, added, epochs, cool_down, by)) in rules.into_iter().enumerate() {
            if place < apps.len() {
                let action = action(&apps, place, number, added, by);
                let rule = rule(format!("rule \"{number}\""), epochs, cool_down, action);
                apps[place].rules.push(rule);
            }
        }
        Suite { version, until, apps, ..Suite::default() }
    })
}

/// What a rule of the application at `place` does. `number` chooses.
fn action(apps: &[App], place: usize, number: usize, added: App, by: f64) -> Action {
    let other = (place + 1) % apps.len();
    match number % 3 {
        0 => Action::Add(Box::new(App { name: format!("app {number}"), ..added })),
        1 if other != place => Action::Remove { app: apps[other].name.clone() },
        _ => {
            let most = match apps[place].request {
                Request::Share(_) => 1.0,
                Request::Nodes(_) => 5e6,
                Request::Rest(_) => f64::MAX,
            };
            Action::Scale { app: apps[place].name.clone(), by, least: most / 7.0, most }
        }
    }
}

/// A rule that watches the aggregate of [`watched`].
fn rule(name: String, epochs: u32, cool_down: u32, action: Action) -> Rule {
    let mut names = Names::Aggregates(Vec::new());
    let when = Condition::parse("watched > 0.5 or\n\tnot watched <= -1", &mut names).unwrap();
    Rule { name, when, aggregates: names.list().to_vec(), epochs, cool_down, action }
}

/// The aggregate that rules watch: a count of all nodes.
fn watched(nodes: u32) -> Aggregate {
    Aggregate {
        name: "watched".to_owned(),
        function: Function::Count,
        attribute: None,
        app: None,
        epochs: Some(Epochs { cycles: 30, drift: 0.0 }),
        counting: Some(Counting { instances: 2, leaders: 9.5, first_estimate: f64::from(nodes) }),
        interpolation: None,
    }
}

/// An aggregate of any function.
fn aggregate() -> impl Strategy<Value = Aggregate> {
    let functions = [
        Function::Average,
        Function::Min,
        Function::Max,
        Function::Variance,
        Function::Sum,
        Function::Count,
        Function::Quantiles,
    ];
    let epochs = (1..=60_000_u32, 0.0..1.0_f64).prop_map(|(cycles, drift)| Epochs { cycles, drift });
    let counting = (1..=64_u32, 1e-3..1e9_f64, 1.0..1e9_f64);
    let quantiles = prop::collection::btree_set(1..999_u32, 1..9);
    (prop::sample::select(functions.to_vec()), any::<[bool; 2]>(), epochs, counting, 2..=128_u32, quantiles).prop_map(
        |(function, [restarts, is_of_app], epochs, (instances, leaders, first_estimate), points, quantiles)| {
            let counted = matches!(function, Function::Count | Function::Sum);
            let known = function == Function::Quantiles;
            Aggregate {
                name: String::new(),
                function,
                attribute: (function != Function::Count).then_some(0),
                app: is_of_app.then_some(0),
                epochs: (restarts || counted || known).then_some(epochs),
                counting: counted.then_some(Counting { instances, leaders, first_estimate }),
                interpolation: known.then(|| Interpolation {
                    points,
                    quantiles: quantiles.into_iter().map(|mille| f64::from(mille) / 1e3).collect(),
                }),
            }
        },
    )
}

/// One to four classes of one to three attributes.
fn fleet() -> impl Strategy<Value = Fleet> {
    (1..4_usize, 1..5_usize).prop_flat_map(|(attributes, classes)| {
        let name = "[^\\pC]{1,9}[a-z\"\\\\]".prop_filter("a good name", |name| name_fault(name).is_none());
        let class = (name, prop::collection::vec(distribution(), attributes), churn());
        let availability = prop::option::of(prop::sample::select(vec![Availability::Sessions, Availability::Past]));
        (prop::collection::vec(class, classes), availability).prop_map(move |(classes, availability)| {
            // One of several classes may have a number of nodes.
            let counted = (classes.len() > 1 && attributes % 2 == 0).then_some(1);
            let share = 1.0 / (classes.len() - counted.iter().len()) as f64;
            let availability = availability.filter(|_| attributes > 1);
            let class = |(number, (name, distributions, churn)): (usize, (String, Vec<_>, _))| Class {
                name: format!("{name}{number}"),
                share: if number == 0 && counted.is_some() { 0.0 } else { share },
                nodes: counted.filter(|_| number == 0),
                attributes: (distributions.into_iter().enumerate())
                    .map(|(number, distribution)| Some(distribution).filter(|_| number == 0 || availability.is_none()))
                    .collect(),
                churn,
            };
            Fleet {
                attributes: (0..attributes).map(|number| format!("a_{number}")).collect(),
                source: Source::Classes(classes.into_iter().enumerate().map(class).collect()),
                availabilities: (1..attributes).filter_map(|number| Some((number, availability?))).collect(),
                churn: Churn::NONE,
                replay: None,
                resample: Resample::Exact,
            }
        })
    })
}

fn run() -> impl Strategy<Value = Run> {
    (1..u32::MAX, 1..u32::MAX, 0..1_u64 << 63, 1e-9..1e9_f64).prop_map(|(nodes, cycles, seed, cycle_seconds)| Run {
        nodes,
        cycles,
        seed,
        cycle_seconds,
        starts_at: None,
    })
}

/// A graph that stays as it is, of the nodes of a cloud.
fn graph() -> impl Strategy<Value = StaticGraph> {
    (0..6_usize, 1..=64_u32, any::<[bool; 2]>(), 0.0..=1.0_f64).prop_map(|(wiring, half, [a, b], rewiring)| {
        let wirings =
            [Wiring::KOut, Wiring::Ring, Wiring::WattsStrogatz, Wiring::BarabasiAlbert, Wiring::Star, Wiring::Complete];
        let wiring = wirings[wiring];
        StaticGraph {
            wiring,
            degree: if matches!(wiring, Wiring::Star | Wiring::Complete) { 20 } else { 2 * half },
            undirected: wiring != Wiring::KOut || a,
            rewiring: if wiring == Wiring::WattsStrogatz { rewiring } else { 0.0 },
            on_leave: if wiring != Wiring::Complete && b { OnLeave::Rewire } else { OnLeave::Hole },
            edges: None,
        }
    })
}

/// How all nodes meet: also along a graph.
fn sampling_of_all() -> impl Strategy<Value = Sampling> {
    (sampling(), prop::option::of(graph())).prop_map(|(sampling, graph)| match graph {
        Some(graph) if sampling.protocol == SamplingProtocol::Oracle => Sampling {
            protocol: SamplingProtocol::Static,
            pairing: Pairing::Ordered,
            on_dead: if graph.undirected && graph.wiring != Wiring::Complete { OnDead::Skip } else { OnDead::Retry },
            graph: Some(graph),
            ..sampling
        },
        _ => sampling,
    })
}

fn sampling() -> impl Strategy<Value = Sampling> {
    (0..4_usize, 2..=128_u32, any::<[bool; 4]>(), 0..=64_u32, 0..=64_u32).prop_map(
        |(protocol, view, [a, b, c, d], healing, swapping)| {
            let protocols = [SamplingProtocol::Newscast, SamplingProtocol::Cyclon, SamplingProtocol::Generic];
            let protocol = protocols.get(protocol).copied().unwrap_or(SamplingProtocol::Oracle);
            let (generic, views, half) = (protocol == SamplingProtocol::Generic, protocol.has_views(), view / 2);
            let healing = if generic { healing.min(half) } else { 0 };
            Sampling {
                protocol,
                view,
                pairing: if a && !views { Pairing::Matching } else { Pairing::Ordered },
                listed: false,
                start: if views && a { Start::Ring } else { Start::Random },
                on_dead: if views && b { OnDead::Skip } else { OnDead::Retry },
                peer: match (generic, a, c) {
                    (true, _, true) => Peer::Tail,
                    (true, true, false) => Peer::Head,
                    _ => Peer::Rand,
                },
                propagation: match (generic, b, d) {
                    (true, _, true) => Propagation::Push,
                    (true, true, false) => Propagation::Pull,
                    _ => Propagation::Pushpull,
                },
                healing,
                swapping: if generic { swapping.min(half - healing) } else { 0 },
                shuffle: if protocol == SamplingProtocol::Cyclon && c { view } else { half },
                contacts: match (views, c, d) {
                    (true, true, _) => 1,
                    (true, false, true) => view,
                    _ => view.min(3),
                },
                introducer: if views && c { Introducer::First } else { Introducer::Random },
                graph: None,
            }
        },
    )
}

/// A topology, and requests that go through it.
fn topology(is_inside: bool) -> impl Strategy<Value = (Topology, Option<Lookups>, Option<Registry>)> {
    let numbers = (1..=32_u32, 1..=32_u32, 1..=64_u32, 1..=64_u32, 1..=100_u32, prop::option::of(1..=200_u32));
    let digits = (1..=4_u32, 1..=8_u32, 1..=8_u32);
    (0..5_usize, (numbers, digits), prop::option::of(1..=100_000_000_u32), 1.0..1e6_f64).prop_map(
        move |(kind, ((near, sent, choice, samples, max_age, idle), (bits, rows, per_slot)), per_cycle, room)| {
            let kinds = [
                TopologyProtocol::Ring,
                TopologyProtocol::Line,
                TopologyProtocol::Torus,
                TopologyProtocol::Chord,
                TopologyProtocol::Prefix,
            ];
            let protocol = kinds[kind];
            let is_prefix = protocol == TopologyProtocol::Prefix;
            let topology = Topology {
                protocol,
                attribute: (protocol == TopologyProtocol::Line).then_some(0),
                near: 2 * near,
                sent: 2 * if is_prefix { near } else { sent },
                choice: choice.min(2 * near),
                samples,
                far: if samples > 32 && !is_prefix { Far::Forward } else { Far::Both },
                max_age,
                idle,
                digits: is_prefix.then_some(Digits { bits, rows, per_slot }),
                room: if is_inside { room } else { 1.25 },
            };
            let routing = topology.routings().get(samples as usize % topology.routings().len().max(1)).copied();
            let asker = if is_inside && samples % 3 == 0 { Asker::Outside } else { Asker::Members };
            let registry =
                Registry { keys: 1 + samples, replicas: 1 + samples % 16, republish: max_age, after: samples % 3 };
            (
                topology,
                per_cycle.and_then(|per_cycle| Some(Lookups { per_cycle, routing: routing?, asker })),
                routing.map(|_| registry).filter(|_| samples % 2 == 0),
            )
        },
    )
}

fn subcloud() -> impl Strategy<Value = Subcloud> {
    let numbers = (1..=8_u32, 1..=u32::MAX, 0.0..=1.0_f64, 1..=1000_u32);
    let code = (1..=1_000_000_000_000_000_u64, 1..=64_u32, 1..=64_u32, 1..=u32::MAX);
    let code = code.prop_map(|(bytes, chunks, per_exchange, version)| CodeSettings {
        bytes: Some(bytes),
        chunks: Some(chunks),
        per_exchange: Some(per_exchange),
        version: Some(version),
    });
    let rate = prop_oneof![Just(Rate::Attribute(0)), (0.001..1e6).prop_map(Rate::Mbps)];
    let uplink = (rate, 0.001..=1.0).prop_map(|(rate, share)| Uplink { rate, share });
    let all = (
        sampling(),
        numbers,
        any::<[bool; 2]>(),
        prop::option::of(code),
        prop::option::of(uplink),
        prop::option::of(topology(true)),
    );
    all.prop_map(|(sampling, (keep, accept, share, seeds), [a, b], code, uplink, built)| {
        // Lines mean nothing where nobody sends code.
        let uplink = uplink.filter(|_| code.is_some());
        let (lookups, registry) = built.as_ref().map_or((None, None), |(_, lookups, registry)| (*lookups, *registry));
        let topology = built.map(|(topology, ..)| topology);
        let contacts = sampling.view.min(3);
        Subcloud {
            sampling: Sampling {
                pairing: Pairing::Ordered,
                start: Start::Random,
                contacts,
                introducer: Introducer::Random,
                ..sampling
            },
            contacts: Contacts {
                protocol: if a { ContactsProtocol::Gossip } else { ContactsProtocol::Oracle },
                keep,
                accept,
                share,
            },
            start: if b { Opening::Settled } else { Opening::Launch },
            seeds,
            code,
            uplink,
            topology,
            lookups,
            registry,
        }
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop::sample::select(vec![Choice::Top(0), Choice::Bottom(0), Choice::Random])
}

prop_compose! {
    fn scenario()(
        run in run(),
        fleet in fleet(),
        sampling in sampling_of_all(),
        losses in (0.0..=1.0_f64, 0.0..=1.0_f64),
        slicing in (0..4_usize, 2..=128_u32, 1..=60_000_u32),
        aggregates in prop::collection::vec(aggregate(), 0..4),
        steadiness in prop::sample::select(vec![0.0, 0.0, 1e-3, 0.49]),
        slices in prop::sample::select(vec![10, 10, 2, 256]),
        spreading in prop::sample::select(vec![
            Spreading::default(),
            Spreading { propagation: Propagation::Pull, rounds: Rounds::InPlace },
            Spreading { propagation: Propagation::Push, rounds: Rounds::Synchronous },
        ]),
        candidates in prop::option::of(1..=2_u32),
        suite in suite(),
        starts_at in 0..253_402_300_800_i64,
        adversaries in prop::option::of((0.0..=1.0_f64, any::<u32>(), any::<bool>())),
        every in 1..u32::MAX,
        panel in prop::option::of((prop::collection::btree_set(any::<u32>(), 1..5), prop::option::of(1..u32::MAX))),
        events in prop::collection::vec((any::<u32>(), any::<u32>(), 0.0..=1.0_f64, 0..999_u32), 0..4),
        (subcloud, built) in (prop::option::of(subcloud()), prop::option::of(topology(false))),
    ) -> Scenario {
        // The links of a graph are counted in 32 bits.
        let most = if sampling.graph.is_some() { 1_000_000 } else { u32::MAX };
        let run = Run { nodes: 1 + run.nodes % most, ..run };
        let panel = panel.map(|(cycles, sample)| {
            let cycles: std::collections::BTreeSet<u32> = cycles.into_iter().map(|cycle| cycle % run.cycles).collect();
            let sample = sample.filter(|sample| *sample < run.nodes).map_or(Sample::All, Sample::Count);
            Panel { cycles: cycles.into_iter().collect(), sample }
        });
        let mut events: Vec<Event> = events
            .into_iter()
            .map(|(cycle, until, share, number)| event(1 + cycle % run.cycles, 1 + until % run.cycles, share, number))
            .collect();
        // Without a topology none is built anew.
        events.retain(|event| built.is_some() || !matches!(event.kind, EventKind::Bootstrap(_)));
        events.sort_by_key(|event| event.at_cycle);
        let run = Run { starts_at: suite.until.map(|_| starts_at), ..run };
        let cycle_seconds = run.cycle_seconds;
        let expires = |until: i64| {
            let cycles = ((until - starts_at) as f64 / cycle_seconds).ceil().max(0.0);
            Some(cycles + 1.0).filter(|cycle| *cycle <= f64::from(u32::MAX)).map(|cycle| cycle as u32)
        };
        let adversaries = adversaries.filter(|_| !suite.is_none()).map(|(share, cycle, forged)| Adversaries {
            share,
            from_cycle: 1 + cycle % run.cycles,
            push: if forged { Push::Forged } else { Push::Old },
        });
        let mut aggregates: Vec<Aggregate> = aggregates;
        for (number, aggregate) in aggregates.iter_mut().enumerate() {
            aggregate.name = format!("aggregate {number}");
            aggregate.app = aggregate.app.filter(|_| !suite.is_none());
        }
        // Without one that is declared, a count would be added where it is needed.
        if !suite.is_none() {
            aggregates.push(watched(run.nodes));
        }
        let restarts = slicing.0 == 2 || aggregates.iter().any(|aggregate| aggregate.epochs.is_some());
        let pairing = if restarts { Pairing::Ordered } else { sampling.pairing };
        let sampling = Sampling { pairing, ..sampling };
        let ordered =
            Slicing {
                protocol: SlicingProtocol::Ordered,
                candidates,
                window: 1024,
                steadiness,
                points: 50,
                epoch_cycles: 25,
                slices,
            };
        let paths = (6_400_000 / run.nodes).clamp(8, 64);
        let subcloud = subcloud.filter(|_| !suite.is_none());
        let inside = subcloud.as_ref().is_some_and(|subcloud| subcloud.sampling.protocol.has_views());
        let has_own_views = sampling.protocol.has_views();
        let has_views = inside || sampling.has_links();
        Scenario {
            clouds: Vec::new(),
            name: "any".to_owned(),
            run,
            fleet,
            sampling: sampling.clone(),
            network: Network { request_loss: losses.0, reply_loss: losses.1 },
            slicing: match slicing {
                (0, ..) => Slicing { protocol: SlicingProtocol::Ranking, candidates: None, window: 640, ..ordered },
                (1, ..) => Slicing { protocol: SlicingProtocol::OrderedMaxGain, ..ordered },
                (2, points, epoch_cycles) => {
                    Slicing { protocol: SlicingProtocol::Quantile, candidates: None, points, epoch_cycles, ..ordered }
                }
                _ => ordered,
            },
            spreading: if has_own_views { Spreading::default() } else { spreading },
            aggregates,
            trust: None,
            launches: Vec::new(),
            subcloud,
            lookups: built.as_ref().and_then(|(_, lookups, _)| *lookups),
            registry: built.as_ref().and_then(|(.., registry)| *registry),
            topology: built.as_ref().map(|(topology, ..)| topology.clone()),
            protocols: Vec::new(),
            adversaries,
            monitor: None,
            first: Version { expires_cycle: suite.until.and_then(expires), suite, ..Version::default() },
            trace: Trace {
                judged: built.as_ref().map(|(topology, ..)| 1 + topology.samples),
                every,
                edges: (panel.as_ref().filter(|_| has_views))
                    .map(|Panel { sample, .. }| Export { every, sample: *sample }),
                nodes: panel,
                overlay: Overlay {
                    every: if has_views { every } else { 10 },
                    sample: 1000,
                    paths: if has_views { every % 1025 } else { paths },
                },
            },
            events,
            fork: None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_reads_back_the_same(scenario in scenario()) {
        let again = reread(&scenario);
        // The length of the description follows from the suite.
        let scenario = Scenario { first: Version { bytes: again.first.bytes, ..scenario.first }, ..scenario };
        prop_assert_eq!(&again, &scenario);
        prop_assert_eq!(again.to_toml(), scenario.to_toml());
        prop_assert_eq!(again.hash(), scenario.hash());
    }
}

fn small(folder: &TempDir, name: &str, text: &str, overrides: &[(&str, &str)]) -> Scenario {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let overrides: Vec<_> = overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    scenario::read(&path, &overrides).unwrap()
}

const SMALL: &str =
    "[run]\nnodes = 10\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = { uniform = [0, 1] }\n";

#[test]
fn the_full_text_spells_every_default_out() {
    let folder = tempfile::tempdir().unwrap();
    let expected = "[run]\nnodes = 10\ncycles = 40\nseed = 1\ncycle_seconds = 10.0\n\n\
        [[fleet.class]]\nname = \"n\"\nshare = 1.0\nattributes.x = { uniform = [0.0, 1.0] }\n\n\
        [sampling]\nprotocol = \"oracle\"\nview = 20\npairing = \"ordered\"\n\n\
        [network]\nrequest_loss = 0.0\nreply_loss = 0.0\n\n[slicing]\nprotocol = \"ordered\"\n\n\
        [suite]\nversion = 1\n\n[trace]\nevery = 1\n";
    assert_eq!(small(&folder, "a.toml", SMALL, &[]).to_toml(), expected);
}

#[test]
fn the_hash_ignores_layout_name_and_place_but_not_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let hash = small(&folder, "a.toml", SMALL, &[]).hash();
    // A published hash: it must not change from one version to the next without a reason.
    assert_eq!(hash, "ca767b76a38632c5");
    let laid_out = format!("# a comment\n{}", SMALL.replace("10", "1_0 # ten").replace("share = 1", "share = 1.0"));
    assert_eq!(small(&folder, "deep/b.toml", &laid_out, &[]).hash(), hash);
    assert_eq!(small(&folder, "c.toml", SMALL, &[("slicing.protocol", "ordered")]).hash(), hash);
    assert_ne!(small(&folder, "d.toml", SMALL, &[("run.seed", "2")]).hash(), hash);
    assert_ne!(small(&folder, "e.toml", SMALL, &[("sampling.view", "21")]).hash(), hash);
}

#[test]
fn a_count_that_was_added_is_written_out_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let nodes = "[[suite.app]]\nname = \"a\"\nnodes = 5\n";
    let scenario = small(&folder, "a.toml", &format!("{SMALL}{nodes}"), &[]);
    let expected = "[[aggregate]]\nname = \"size\"\nfunction = \"count\"\nepoch_cycles = 14\nclock_drift = 0.0\n\
        instances = 1\nleaders = 9.0\nfirst_estimate = 10.0\n\n[suite]";
    assert!(scenario.to_toml().contains(expected), "{}", scenario.to_toml());
    assert_eq!(reread(&scenario), scenario);
    let declared = format!("{SMALL}[[aggregate]]\nname = \"size\"\nfunction = \"count\"\nerror = 0.001\n{nodes}");
    assert_eq!(small(&folder, "b.toml", &declared, &[]).hash(), scenario.hash());
}

#[test]
fn an_inventory_enters_the_hash_with_its_content_and_not_its_place() {
    let text = "[run]\nnodes = 10\n[fleet]\nfile = \"nodes.csv\"\n[fleet.attributes]\nx = { column = \"up \
        \\\"time\\\"\", scale = 0.5 }\n";
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&here, &there] {
        fs::write(folder.path().join("nodes.csv"), "x\n1\n").unwrap();
    }
    let scenario = small(&here, "a.toml", text, &[]);
    assert_eq!(reread(&scenario).fleet, scenario.fleet);
    assert_eq!(small(&there, "a.toml", text, &[]).hash(), scenario.hash());
    fs::write(there.path().join("nodes.csv"), "x\n2\n").unwrap();
    assert_ne!(small(&there, "a.toml", text, &[]).hash(), scenario.hash());
}

const APPS: &str = "[suite]\nversion = 3\n[[suite.app]]\nname = \"a\"\nrest = true\nwhere = \"x > 0.5\"\n";

#[test]
fn launches_and_adversaries_read_back_the_same_and_enter_the_hash_with_their_content() {
    let text = format!(
        "{SMALL}[slicing]\nsteadiness = 0.01\n[suite]\nfile = \"v3.toml\"\n\
        [adversaries]\nshare = 0.5\nfrom_cycle = 2\nsuite = \"bad.toml\"\n\
        [[event]]\nat_cycle = 9\nsuite = \"new/v4.toml\"\nat_nodes = 3\n[[event]]\nat_cycle = 4\nsuite = \"v3.toml\"\n"
    );
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let write = |folder: &TempDir, name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    for folder in [&here, &there] {
        fs::create_dir(folder.path().join("new")).unwrap();
        write(folder, "v3.toml", APPS);
        write(folder, "new/v4.toml", &APPS.replace('3', "4"));
        write(folder, "bad.toml", "no suite");
    }
    let scenario = small(&here, "a.toml", &text, &[]);
    assert!(scenario.launches[0].verdict != Verdict::Valid && scenario.launches[1].verdict == Verdict::Valid);
    let Push::Files(pushed) = &scenario.adversaries.as_ref().unwrap().push else { panic!("no file") };
    assert_eq!((pushed.len(), &pushed[0].version.path), (1, &here.path().join("bad.toml")));
    assert_eq!(reread(&scenario), scenario);
    assert_eq!(reread(&scenario).to_toml(), scenario.to_toml());
    let hash = || small(&there, "b.toml", &text, &[]).hash();
    assert_eq!(hash(), scenario.hash());
    for (name, before, after) in [
        ("v3.toml", APPS.to_owned(), APPS.replace("0.5", "0.6")),
        ("new/v4.toml", APPS.replace('3', "4"), APPS.replace('3', "5")),
        ("bad.toml", "no suite".to_owned(), "none".to_owned()),
    ] {
        write(&there, name, &after);
        assert_ne!(hash(), scenario.hash(), "{name}");
        write(&there, name, &before);
    }
    assert_eq!(hash(), scenario.hash());
}

#[test]
fn a_suite_is_written_out_where_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let expected = "[suite]\nversion = 3\nuntil = 2026-11-22T00:00:00Z\n\n[[suite.app]]\nname = \"a\"\nrest = 1.0\n\
        where = \"x > 0.5\"\n\n[adversaries]\nshare = 0.5\nfrom_cycle = 1\npush = \"old\"\n\n[trace]\n";
    fs::write(folder.path().join("v3.toml"), APPS.replace("= 3\n", "= 3\nuntil = 2026-11-22T02:00:00+02:00\n"))
        .unwrap();
    let text = SMALL.replace("[run]\n", "[run]\nstarts_at = 2026-11-21T00:00:00Z\n");
    let text = format!("{text}[suite]\nfile = \"v3.toml\"\n[adversaries]\nshare = 0.5\npush = \"old\"\n");
    let scenario = small(&folder, "a.toml", &text, &[]);
    let full = scenario.to_toml();
    assert!(full.contains(expected), "{full}");
    assert!(full.contains("cycle_seconds = 10.0\nstarts_at = 2026-11-21T00:00:00Z\n"), "{full}");
    let json = scenario.to_json();
    assert_eq!(json["run"]["starts_at"], "2026-11-21T00:00:00Z");
    assert_eq!(json["suite"]["until"], "2026-11-22T00:00:00Z");
    assert_eq!(json["suite"]["app"][0]["where"], "x > 0.5");
    assert_eq!(json["adversaries"]["push"], "old");
}

#[test]
fn inventories_are_found_beside_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/nodes.csv"), "x\n1\n").unwrap();
    let text = "[run]\nnodes = 10\n[fleet]\nfile = \"data/nodes.csv\"\n[fleet.attributes]\nx = { column = \"x\", \
        scale = 2 }\n";
    let Source::File(inventory) = small(&folder, "a.toml", text, &[]).fleet.source else { panic!("a file is given") };
    assert_eq!(inventory.path, folder.path().join("data/nodes.csv"));
    assert_eq!(inventory.read().unwrap().columns, [[2.0_f32]]);
}

#[test]
fn names_are_those_that_a_scenario_spells() {
    let folder = tempfile::tempdir().unwrap();
    let read = |key: &str, value: &str| small(&folder, "a.toml", SMALL, &[(key, value)]);
    for name in ["ordered", "ordered-max-gain", "ranking", "quantile"] {
        assert_eq!(read("slicing.protocol", name).slicing.protocol.name(), name);
    }
    for name in ["ordered", "matching"] {
        assert_eq!(read("sampling.pairing", name).sampling.pairing.to_string(), name);
    }
    assert_eq!(read("sampling.protocol", "oracle").sampling.protocol.to_string(), "oracle");
    for name in ["average", "min", "max", "sum", "variance", "geometric-mean", "quantiles"] {
        let text = format!("{SMALL}[[aggregate]]\nname = \"a\"\nfunction = \"{name}\"\nattribute = \"x\"\n");
        assert_eq!(small(&folder, "a.toml", &text, &[]).aggregates[0].function.name(), name);
    }
}

#[test]
fn paths_start_from_fewer_nodes_in_a_larger_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let paths = |more: &[(&str, &str)]| {
        let overrides = [&[("sampling.protocol", "newscast")], more].concat();
        small(&folder, "a.toml", SMALL, &overrides).trace.overlay.paths
    };
    for (nodes, expected) in [("100_000", 64), ("400_000", 16), ("1e9", 8)] {
        assert_eq!(paths(&[("run.nodes", nodes)]), expected);
    }
    assert_eq!(paths(&[("run.nodes", "1e9"), ("trace.overlay.paths", "0")]), 0);
}

#[test]
fn shipped_scenarios_read_back_the_same() {
    for name in ["telco.toml", "tenth.toml", "averaging.toml", "hundred_million.toml", "newscast.toml", "healing.toml"]
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
        let scenario = scenario::read(&path, &[]).unwrap();
        assert_eq!(reread(&scenario), scenario);
    }
}

#[test]
fn fleets_from_files_are_written_out_with_all_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["nodes.csv", "trace.csv"] {
        fs::write(folder.path().join(name), "id,x,from,to\n1,1,0,9\n").unwrap();
    }
    let text = "[run]\nnodes = 10\n[fleet]\nfile = \"nodes.csv\"\nresample = \"random\"\ndecimal = \",\"\n\
        [fleet.attributes]\nx = { column = \"x\", scale = 2, offset = 3, rounded = true }\n[fleet.replay]\nfile = \
        \"trace.csv\"\nnode = \"id\"\nfrom = \"from\"\nto = \"to\"\nunit = \"milliseconds\"\nstart = 2010-01-01\n\
        shift = 5\nopen_end = -1\nbefore_first = \"absent\"\ndecimal = \".\"\nkey = \"id\"\nallow_unmatched = true\n";
    let scenario = small(&folder, "a.toml", text, &[]);
    let replay = scenario.fleet.replay.clone().unwrap();
    assert_eq!((replay.start, replay.open_end.as_deref()), (1_262_304_000_000.0, Some("-1")));
    let written = scenario.to_toml();
    assert_eq!(small(&folder, "a.toml", &written, &[]), scenario, "{written}");
    let classes = text.replace("file = \"nodes.csv\"\n", "").replace("decimal = \",\"\n", "");
    let classes = classes.split("[fleet.attributes]").next().unwrap().to_owned()
        + "[[fleet.class]]\nname = \"a\"\nshare = 1\nattributes.x = 1\n[fleet.replay]"
        + text.split("[fleet.replay]").nth(1).unwrap().split("key = ").next().unwrap();
    let scenario = small(&folder, "b.toml", &classes, &[]);
    assert_eq!(small(&folder, "b.toml", &scenario.to_toml(), &[]), scenario);
    let every_key =
        ["random", "exact"].map(|how| small(&folder, "b.toml", &classes.replace("random", how), &[]).hash());
    assert_ne!(every_key[0], every_key[1]);
}
