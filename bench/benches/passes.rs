//! Every pass over the cloud, in random accesses per node; see the crate's documentation.
//!
//! Arguments name the sections to run (`-- listed views`), all without.
//!
//! Without `--bench` (as `cargo test --benches` runs it) the cloud is tiny, and only the answers count.

use std::env;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use bench::meter::{Cost, Meter, average};
use datasets::scenario::{
    self, Contacts, ContactsProtocol, Event, EventKind, Group, Opening, Order, Sampling, SamplingProtocol, Scenario,
    Size, Subcloud, TopologyProtocol,
};
use datasets::suite::{App, Choice, CodeSettings, Version};
use datasets::trace::{Meta, Writer};
use engine::aggregate::merge::{Merge, mean};
use engine::application::Applications;
use engine::cloud::Cloud;
use engine::memory::{Column, Fields, Mask};
use engine::observer::ranks::{Scratch, ranks};
use engine::overlay::meeting::{BLOCK, CHOICE_BLOCK};
use engine::overlay::oracle::draw_partners;
use engine::plans::Needs;
use engine::population::Fleet;
use engine::schedule::purpose::{AGGREGATION, ATTRIBUTE, ID, SLICING, for_life};
use engine::schedule::{Drawn, Draws, Listed, Partition};
use engine::slicing::ordered::Swaps;
use engine::{Simulation, Storage, Work};
use kernels::moments::Moments;
use kernels::slicing::Slot;
use kernels::sort::key;
use kernels::suite::NONE;
use kernels::views::{NOBODY, words};
use rayon::prelude::*;
use tempfile::TempDir;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Cycles over which passes are measured.
const CYCLES: u32 = 10;
/// Cycles of an epoch of a count: those that 1 % takes among 10^8 nodes.
const EPOCH: u32 = 24;
/// Candidates of ordered slicing.
const CANDIDATES: usize = 20;

/// Measures some passes at so many nodes.
type Section = fn(&mut Meter, usize) -> Outcome;

/// Sections by name: those are run whose names hold one of the arguments, or all of them.
const SECTIONS: [(&str, Section); 13] = [
    ("drawn", averaging_drawn),
    ("listed", averaging_listed),
    ("slicing", ordered_slicing),
    ("init", initialising),
    ("cycles", whole_cycles),
    ("views", views),
    ("generic", generic),
    ("churn", churn),
    ("suite", suite),
    ("counting", counting),
    ("inside", inside),
    ("topologies", topologies),
    ("without", without),
];

fn main() -> Outcome {
    let full = env::args().any(|argument| argument == "--bench");
    let usual = if full { 100_000_000 } else { 20_000 };
    let nodes = env::var("SUBCLOUD_BENCH_NODES").map_or(Ok(usual), |nodes| nodes.parse())?;
    engine::use_threads(2)?;
    let mut meter = Meter::new(nodes)?;
    meter.title();
    let wanted: Vec<_> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, section) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted)) {
            section(&mut meter, nodes)?;
        }
    }
    meter.summary();
    Ok(())
}

/// Averaging with partners drawn on the spot.
fn averaging_drawn(meter: &mut Meter, nodes: usize) -> Outcome {
    let costs = drawn_costs(meter, nodes)?;
    meter.report("averaging, partners drawn on the spot", costs, Some(0.8));
    Ok(())
}

/// What cycles of averaging cost, with partners drawn on the spot.
fn drawn_costs(meter: &mut Meter, nodes: usize) -> Outcome<Vec<Cost>> {
    let mut state = uniform(nodes)?;
    let before = moments(&state);
    let partition = Partition::new(nodes, Mask::ALL, BLOCK);
    let mut costs = Vec::new();
    for cycle in 1..=CYCLES {
        let pass = Drawn { draws: draws(cycle, AGGREGATION), partition: &partition, mask: Mask::ALL };
        costs.push(meter.measure(|| pass.run(&mut state, &Merge(mean))).1);
    }
    averaged(nodes, before, moments(&state))?;
    Ok(costs)
}

/// Averaging with partners that the oracle writes to a list.
fn averaging_listed(meter: &mut Meter, nodes: usize) -> Outcome {
    let mut state = uniform(nodes)?;
    let mut list = Column::<u32>::anonymous(nodes)?;
    let before = moments(&state);
    let (mut drawing, mut exchanging) = (Vec::new(), Vec::new());
    for cycle in 1..=CYCLES {
        let draws = draws(cycle, AGGREGATION);
        drawing.push(meter.measure(|| draw_partners(&mut list, &draws, Mask::ALL, |_| true)).1);
        exchanging.push(meter.measure(|| Listed { draws, partners: &*list }.run(&mut state, &Merge(mean))).1);
    }
    averaged(nodes, before, moments(&state))?;
    meter.report("averaging through a list of partners", exchanging, Some(1.5));
    meter.report("  drawing the list, which the bar leaves out", drawing, None);
    Ok(())
}

/// Ordered slicing, from random ids on.
fn ordered_slicing(meter: &mut Meter, nodes: usize) -> Outcome {
    let mut slots = Column::<Slot>::anonymous(nodes)?;
    let (values, ids) = (for_life(1, ATTRIBUTE), for_life(1, ID));
    par_fill(&mut slots, |first, slots: &mut [Slot]| {
        let (mut value, mut id) = (vec![0; slots.len()], vec![0; slots.len()]);
        values.fill(&mut value, first, 0);
        ids.fill(&mut id, first, 0);
        for ((slot, &value), &id) in slots.iter_mut().zip(&value).zip(&id) {
            *slot = Slot::new(key(unit(value)), id);
        }
    });
    let sum = |slots: &[Slot]| slots.iter().map(|slot| u64::from(slot.id())).sum::<u64>();
    let before = sum(&slots);
    let partition = Partition::new(nodes, Mask::ALL, CHOICE_BLOCK);
    let mut costs = Vec::new();
    for cycle in 1..=CYCLES {
        let pass = Drawn { draws: draws(cycle, SLICING), partition: &partition, mask: Mask::ALL };
        costs.push(meter.measure(|| pass.run(&mut slots, &Swaps { candidates: CANDIDATES, is_max_gain: false })).1);
    }
    check(sum(&slots) == before, "slicing keeps the ids")?;
    // The normalised rank of a uniform value is the value itself, but for 1 / sqrt(nodes).
    let squares = slots.iter().fold(0.0, |sum, slot| {
        let off = f64::from(kernels::sort::value(slot.key())) - f64::from(slot.id()) / 2_f64.powi(32);
        sum + off * off
    });
    let error = (squares / nodes as f64).sqrt();
    check(nodes < 1_000_000 || (error / 0.0099 - 1.0).abs() < 0.05, "ten cycles of slicing leave the published error")?;
    check(error < 0.05, "slicing sorts")?;
    let first = costs[..1].to_vec();
    let last = costs[costs.len() - 1..].to_vec();
    meter.report("ordered slicing, 20 candidates, cycles 1 to 10", costs, Some(5.0));
    meter.report("  its first cycle", first, None);
    meter.report("  its tenth cycle", last, None);
    Ok(())
}

/// Drawing three attributes and ranking them.
fn initialising(meter: &mut Meter, nodes: usize) -> Outcome {
    let averaging = average(&drawn_costs(meter, nodes)?);
    let mut scenario = shipped(nodes)?;
    scenario.first.suite.apps.clear();
    scenario.aggregates.clear();
    let (cloud, drawing) = meter.measure(|| -> Outcome<Cloud> {
        let mut cloud = Cloud::declare(&Needs::of(&scenario));
        cloud.fields().into_iter().try_for_each(|field| field.allocate(&Storage::Memory, nodes))?;
        cloud.birth(&scenario, &Fleet::read(&scenario)?)?;
        Ok(cloud)
    });
    let cloud = cloud?;
    let mut found = Column::<u32>::anonymous(nodes)?;
    let mut scratch = Scratch::new(nodes)?;
    let (mut whole, mut rankings) = (drawing, Vec::new());
    for values in cloud.population.values() {
        let (marked, cost) = meter.measure(|| ranks(&mut found, values, Mask::ALL, &mut scratch));
        whole.nanoseconds += cost.nanoseconds;
        whole.accesses += cost.accesses;
        rankings.push(cost);
        check(marked == nodes && in_order(&found, values), "ranks follow values")?;
    }
    meter.report("drawing three attributes and ranking them", vec![whole], Some(30.0 * averaging.accesses));
    meter.report("  drawing three attributes", vec![drawing], None);
    meter.report("  ranking the first, in memory not yet touched", rankings[..1].to_vec(), None);
    meter.report("  ranking another", rankings[1..].to_vec(), None);
    Ok(())
}

/// A scenario as a user runs it: its cycles, and observing them.
fn whole_cycles(meter: &mut Meter, nodes: usize) -> Outcome {
    let scenario = shipped(nodes)?;
    let (_folder, mut trace) = trace(&scenario)?;
    let (simulation, birth) = meter.measure(|| Simulation::new(&scenario, &Storage::Memory));
    let mut simulation = simulation?;
    simulation.observe(&mut trace)?;
    let (mut cycles, mut observations) = (Vec::new(), Vec::new());
    for _ in 0..CYCLES / 2 {
        let ((), cost) = meter.measure(|| simulation.cycle(&mut trace));
        cycles.push(cost);
        let (done, cost) = meter.measure(|| simulation.observe(&mut trace));
        done?;
        observations.push(cost);
    }
    meter.report("observing a cycle of hundred_million.toml", observations, Some(1.0));
    meter.report("a cycle of it", cycles, None);
    meter.report("its birth", vec![birth], None);
    Ok(())
}

/// Passes over views of 20 entries, with a tenth of the nodes.
fn views(meter: &mut Meter, nodes: usize) -> Outcome {
    let mut scenario = shipped((nodes / 10).max(1_000))?;
    scenario.sampling.protocol = SamplingProtocol::Newscast;
    let (folder, mut trace) = trace(&scenario)?;
    let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
    let [mut sampling, mut slicing, mut aggregation] = [(); 3].map(|()| Vec::new());
    for _ in 0..CYCLES {
        let before = *simulation.times();
        let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
        let rate = whole.nanoseconds / whole.accesses;
        let cost = |work| {
            let spent = simulation.times().of(work).saturating_sub(before.of(work));
            let nanoseconds = nanoseconds(spent, &scenario);
            Cost { nanoseconds, accesses: nanoseconds / rate }
        };
        sampling.push(cost(Work::Sampling));
        slicing.push(cost(Work::Slicing));
        aggregation.push(cost(Work::Aggregation));
    }
    drop((trace, folder));
    meter.report("Newscast, views of 20, a tenth of the nodes", sampling, Some(15.0));
    meter.report("  ordered slicing among the entries of views", slicing, Some(12.0));
    meter.report("  averaging with partners from views", aggregation, Some(2.0));
    Ok(())
}

/// The generic framework as a healer of the published size, and Cyclon, with a tenth of the nodes.
fn generic(meter: &mut Meter, nodes: usize) -> Outcome {
    let mut scenario = shipped((nodes / 10).max(1_000))?;
    (scenario.first.suite.apps, scenario.aggregates) = (Vec::new(), Vec::new());
    let sampling = &mut scenario.sampling;
    (sampling.view, sampling.healing, sampling.swapping) = (30, 15, 0);
    for (protocol, bar) in [(SamplingProtocol::Generic, Some(45.0)), (SamplingProtocol::Cyclon, None)] {
        scenario.sampling.protocol = protocol;
        let (folder, mut trace) = trace(&scenario)?;
        let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
        let mut costs = Vec::new();
        for _ in 0..CYCLES {
            let before = simulation.times().of(Work::Sampling);
            let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
            let nanoseconds = nanoseconds(simulation.times().of(Work::Sampling).saturating_sub(before), &scenario);
            costs.push(Cost { nanoseconds, accesses: nanoseconds / (whole.nanoseconds / whole.accesses) });
        }
        let entries = scenario.sampling.view as usize;
        let records = simulation.cloud().overlay.views.as_ref().ok_or("views")?.chunks_exact(words(entries));
        let full = records.filter(|record| record[..entries].iter().all(|&entry| entry != NOBODY)).count();
        check(full * 10 > scenario.run.nodes as usize * 9, "views are full")?;
        drop((trace, folder));
        meter.report(&format!("{protocol}, views of 30, a tenth of the nodes"), costs, bar);
    }
    Ok(())
}

/// What happens inside four applications, beside Cyclon of the same views among all nodes, with a tenth of the nodes:
/// contacts, then members and their overlays, then those with code that all of them fetch. First while two of the
/// applications take the best of gradients, whose ranks nodes are only learning: a quarter of their members change in
/// a cycle, and a fifth of what views hold leads to nobody. Then while members stay, but for churn.
fn inside(meter: &mut Meter, nodes: usize) -> Outcome {
    let mut scenario = living((nodes / 10).max(1_000))?;
    // Where nodes may die, those inside applications and all others look whether a partner is still there.
    let one = Group { size: Size::Nodes(1), class: None, region: None, order: Order::Random };
    let crash = Event { at_cycle: 1, until_cycle: 1, kind: EventKind::Crash(one) };
    (scenario.launches, scenario.events) = (Vec::new(), vec![crash]);
    let cyclon = Sampling { protocol: SamplingProtocol::Cyclon, view: 10, shuffle: 5, ..scenario.sampling.clone() };
    scenario.sampling = cyclon.clone();
    let contacts = Contacts { protocol: ContactsProtocol::Gossip, keep: 2, accept: 10, share: 0.1 };
    let code = CodeSettings { bytes: Some(20_000_000), ..CodeSettings::default() };
    for (stay, code) in [(false, None), (true, None), (true, Some(code))] {
        let start = Opening::Settled;
        let has_code = code.is_some();
        let (sampling, contacts) = (cyclon.clone(), contacts.clone());
        if stay {
            scenario.first.suite.apps.iter_mut().for_each(|app| app.choice = Choice::Random);
        }
        scenario.subcloud = Some(Subcloud {
            sampling,
            contacts,
            start,
            seeds: 1,
            code,
            uplink: None,
            topology: None,
            lookups: None,
            registry: None,
        });
        let (folder, mut trace) = trace(&scenario)?;
        let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
        simulation.cloud_mut().applications.iter_mut().for_each(Applications::forget_code);
        let [mut around, mut told, mut turned, mut met, mut fetched] = [(); 5].map(|()| Vec::new());
        for _ in 0..CYCLES {
            let before = *simulation.times();
            let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
            let cost = |work| {
                let nanoseconds = nanoseconds(simulation.times().of(work).saturating_sub(before.of(work)), &scenario);
                Cost { nanoseconds, accesses: nanoseconds / (whole.nanoseconds / whole.accesses) }
            };
            around.push(cost(Work::Sampling));
            told.push(cost(Work::Contacts));
            turned.push(cost(Work::Members));
            met.push(cost(Work::Applications));
            fetched.push(cost(Work::Code));
        }
        let members = simulation.cloud().applications.as_ref().ok_or("applications")?;
        check(
            members.places.iter().filter(|&&place| place != NONE).count() * 10 > members.places.len() * 8,
            "members",
        )?;
        drop((trace, folder));
        if has_code {
            meter.report("  their code, 16 chunks", fetched, Some(3.0));
            continue;
        }
        let whole = average(&around);
        meter.report("Cyclon, views of 10, a tenth of the nodes", around, None);
        if stay {
            meter.report("  contacts of four applications, two each", told, Some(4.0));
            meter.report("  phases: who joins and who leaves", turned, Some(3.0));
            meter.report("  Cyclon of the same views inside applications", met, Some(whole.accesses));
        } else {
            meter.report("  contacts while a quarter of members change", told, None);
            meter.report("  phases then", turned, None);
            meter.report("  Cyclon inside applications then", met, None);
        }
    }
    Ok(())
}

/// What members of topologies do in a cycle, who get their samples from views of Cyclon: T-Man's ring, Chord, and
/// tables of prefixes. With a hundredth of the nodes.
fn topologies(meter: &mut Meter, nodes: usize) -> Outcome {
    for protocol in [TopologyProtocol::Ring, TopologyProtocol::Chord, TopologyProtocol::Prefix] {
        let set =
            [("run.nodes", (nodes / 100).max(1_000).to_string()), ("topology.protocol", format!("\"{protocol}\""))];
        let scenario = read("ring.toml", &set)?;
        let (folder, mut trace) = trace(&scenario)?;
        let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
        let mut costs = Vec::new();
        for _ in 0..CYCLES {
            let before = *simulation.times();
            let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
            let spent = simulation.times().of(Work::Topologies).saturating_sub(before.of(Work::Topologies));
            let nanoseconds = nanoseconds(spent, &scenario);
            costs.push(Cost { nanoseconds, accesses: nanoseconds / (whole.nanoseconds / whole.accesses) });
        }
        drop((trace, folder));
        let bytes = engine::estimate(&scenario).columns.iter().map(|column| column.bytes_per_row).max();
        let title = format!("a {protocol} over Cyclon, {} bytes a member", bytes.unwrap_or_default());
        meter.report(&title, costs, None);
    }
    Ok(())
}

/// A scenario without `[subcloud]`, in which nodes meet, are told a new version, sliced and assigned, and average: what
/// a cycle costs beside these passes. That holds the passes for contacts, what happens inside applications, and
/// topologies, of which none has anything to do. With a tenth of the nodes.
///
/// Passes that do run ask once a cycle whether there is something inside applications. A binary without that question
/// would be another one, so that it is not measured here.
fn without(meter: &mut Meter, nodes: usize) -> Outcome {
    /// The part of a cycle that may go to passes that nobody asks for.
    const PART: f64 = 0.01;
    let asked_for = [Work::Churn, Work::Sampling, Work::Spreading, Work::Slicing, Work::Assignment, Work::Aggregation];
    for protocol in [SamplingProtocol::Oracle, SamplingProtocol::Newscast] {
        let mut scenario = living((nodes / 10).max(1_000))?;
        scenario.aggregates = shipped(nodes)?.aggregates;
        scenario.sampling.protocol = protocol;
        let (folder, mut trace) = trace(&scenario)?;
        let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
        let (mut all, mut beside) = (Vec::new(), Vec::new());
        for _ in 0..CYCLES {
            let before = *simulation.times();
            let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
            // The meter divides by the nodes of the benchmark.
            let scale = nodes as f64 / f64::from(scenario.run.nodes);
            let whole = Cost { nanoseconds: whole.nanoseconds * scale, accesses: whole.accesses * scale };
            let spent = asked_for.map(|work| simulation.times().of(work).saturating_sub(before.of(work)));
            let rest = whole.nanoseconds - nanoseconds(spent.into_iter().sum(), &scenario);
            all.push(whole);
            beside.push(Cost { nanoseconds: rest, accesses: rest / (whole.nanoseconds / whole.accesses) });
        }
        let Cloud { applications, aggregation, government, .. } = simulation.cloud();
        check(applications.is_none(), "nothing happens inside applications")?;
        check(!aggregation.parts.is_empty() && government.apps.is_some(), "nodes average and are assigned")?;
        drop((trace, folder));
        let bar = PART * average(&all).accesses;
        meter.report(&format!("a cycle without [subcloud], {protocol}"), all, None);
        meter.report("  beside the passes that are asked for", beside, Some(bar));
    }
    Ok(())
}

/// A trace that is thrown away, and its folder.
fn trace(scenario: &Scenario) -> Outcome<(TempDir, Writer)> {
    let folder = tempfile::tempdir()?;
    let meta = Meta {
        run_id: "bench".into(),
        seed: scenario.run.seed,
        attributes: scenario.fleet.attributes.clone(),
        apps: scenario.app_names(),
        ..Meta::default()
    };
    let writer = Writer::create(&folder.path().join("run"), meta, false)?;
    Ok((folder, writer))
}

/// The shipped scenario of a hundred million nodes, with as many as are wanted.
fn shipped(nodes: usize) -> Outcome<Scenario> {
    // A panel must not be larger than the cloud.
    let sample = nodes.min(10_000);
    read("hundred_million.toml", &[("run.nodes", nodes.to_string()), ("trace.nodes.sample", sample.to_string())])
}

/// A shipped scenario with some values set.
fn read(file: &str, set: &[(&str, String)]) -> Outcome<Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/scenarios").join(file);
    let set: Vec<(String, String)> = set.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    Ok(scenario::read(&path, &set)?)
}

/// Where the random numbers of a cycle come from.
fn draws(cycle: u32, purpose: u32) -> Draws {
    Draws { seed: 1, cycle, purpose, request_loss: 0, reply_loss: 0 }
}

/// A column of uniform values.
fn uniform(nodes: usize) -> Outcome<Column<f64>> {
    let mut state = Column::<f64>::anonymous(nodes)?;
    let words = for_life(1, ATTRIBUTE);
    par_fill(&mut state, |first, state: &mut [f64]| {
        let mut word = vec![0; state.len()];
        words.fill(&mut word, first, 0);
        for (state, &word) in state.iter_mut().zip(&word) {
            *state = f64::from(word) / 2_f64.powi(32);
        }
    });
    Ok(state)
}

/// Fills a column stride by stride, in parallel.
fn par_fill<T: Send>(column: &mut [T], fill: impl Fn(u32, &mut [T]) + Sync) {
    const PART: usize = 1 << 14;
    column.par_chunks_mut(PART).enumerate().for_each(|(stride, part)| fill((stride * PART) as u32, part));
}

/// Churn among phones and home PCs, with a tenth of the nodes: one in a hundred comes or goes in a cycle of a minute,
/// with views, one gradient and one average to begin anew.
fn churn(meter: &mut Meter, nodes: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("churn.toml");
    let text = format!(
        "[run]\nnodes = {}\ncycles = {CYCLES}\ncycle_seconds = 60\n\
         [[fleet.class]]\nname = \"phone\"\nshare = 0.5\npreset = \"phone\"\nattributes.load = {{ uniform = [0, 1] }}\n\
         [[fleet.class]]\nname = \"pc\"\nshare = 0.5\npreset = \"home-pc\"\nattributes.load = {{ uniform = [0, 1] }}\n\
         [sampling]\nprotocol = \"newscast\"\n[[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \
         \"load\"\n\
         [suite]\n[[suite.app]]\nname = \"idle\"\nbottom = \"load\"\nshare = 0.1\n",
        (nodes / 10).max(1_000)
    );
    std::fs::write(&path, text)?;
    let scenario = scenario::read(&path, &[])?;
    let (out, mut trace) = trace(&scenario)?;
    let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
    let mut costs = Vec::new();
    for _ in 0..CYCLES {
        let before = simulation.times().of(Work::Churn);
        let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
        let nanoseconds = nanoseconds(simulation.times().of(Work::Churn).saturating_sub(before), &scenario);
        // Of all nodes of the scenario, while the meter divides by those of the benchmark.
        costs.push(Cost { nanoseconds, accesses: nanoseconds / (whole.nanoseconds / whole.accesses) });
    }
    simulation.observe(&mut trace)?;
    trace.finish("{}")?;
    let rows = datasets::trace::read::Run::open(&out.path().join("run"))?.cycles()?;
    let moved: u64 = rows.iter().map(|row| row.joined_count + row.left_count).sum();
    let share = moved as f64 / f64::from(CYCLES) / f64::from(scenario.run.nodes);
    check((0.005..0.03).contains(&share), "one node in a hundred comes or goes in a cycle")?;
    meter.report("churn at 1 % of the nodes a cycle, at a tenth of the nodes", costs, Some(1.0));
    Ok(())
}

/// A change of suite spreads, and every node decides: two gradients and two random applications, a third one enters.
fn suite(meter: &mut Meter, nodes: usize) -> Outcome {
    for protocol in [SamplingProtocol::Oracle, SamplingProtocol::Newscast] {
        let part = if protocol.has_views() { nodes / 10 } else { nodes / 4 };
        let mut scenario = living(part.max(1_000))?;
        scenario.sampling.protocol = protocol;
        let (folder, mut trace) = trace(&scenario)?;
        let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
        let attributes: Vec<usize> = (0..scenario.fleet.attributes.len()).collect();
        let [mut spreading, mut assigning, mut observing, mut all] = [(); 4].map(|()| Vec::new());
        for _ in 0..CYCLES {
            let before = *simulation.times();
            let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
            let Cloud { population, government, .. } = simulation.cloud();
            let (_, observed) =
                meter.measure(|| (government.holdings(None, population, &attributes), government.standing(population)));
            let rate = whole.nanoseconds / whole.accesses;
            let cost = |nanoseconds: f64| Cost { nanoseconds, accesses: nanoseconds / rate };
            let of = |work| nanoseconds(simulation.times().of(work).saturating_sub(before.of(work)), &scenario);
            let (spent, decided) = (of(Work::Spreading), of(Work::Assignment));
            let seen = observed.nanoseconds * nodes as f64 / f64::from(scenario.run.nodes);
            spreading.push(cost(spent));
            assigning.push(cost(decided));
            observing.push(cost(seen));
            all.push(cost(spent + decided + seen));
        }
        let standing = simulation.cloud().government.standing(&simulation.cloud().population);
        check(standing.acting[2] > 0 && standing.holders[0] == 0, "the version is under way, and all hold one")?;
        drop((trace, folder));
        let title = format!("a suite of five, {protocol}, two gradients, at {} nodes", scenario.run.nodes);
        meter.report(&title, all, Some(4.0));
        meter.report("  spreading, beside peer sampling", spreading, None);
        meter.report("  assignment", assigning, None);
        meter.report("  observing the applications", observing, None);
    }
    Ok(())
}

/// A count with one instance and with ten, whose exchanges may cost no more than ten counts; and where nodes keep tags,
/// since some may come. With a quarter of the nodes, over a whole epoch.
fn counting(meter: &mut Meter, nodes: usize) -> Outcome {
    let nodes = (nodes / 4).max(1_000);
    let mut means = Vec::new();
    for (instances, comes) in [(1, false), (10, false), (1, true)] {
        let mut costs = Vec::new();
        let scenario = census(nodes, instances, comes)?;
        let (folder, mut trace) = trace(&scenario)?;
        let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
        for _ in 0..EPOCH {
            let before = simulation.times().of(Work::Aggregation);
            let ((), whole) = meter.measure(|| simulation.cycle(&mut trace));
            let spent = nanoseconds(simulation.times().of(Work::Aggregation).saturating_sub(before), &scenario);
            costs.push(Cost { nanoseconds: spent, accesses: spent / (whole.nanoseconds / whole.accesses) });
        }
        simulation.observe(&mut trace)?;
        trace.finish("{}")?;
        let rows = datasets::trace::read::Run::open(&folder.path().join("run"))?.aggregates()?;
        let row = rows.last().ok_or("a row")?;
        // An instance comes to at least twice as many nodes in every cycle.
        check(row.participants_count >= (nodes as u64).min(1 << 16), "instances spread")?;
        // In the last cycle nodes hold what they have found, too.
        let last = costs.split_off(costs.len() - 1);
        means.push(average(&costs).accesses);
        let tags = if comes { ", with tags" } else { "" };
        let bar = (instances > 1).then(|| f64::from(instances) * means[0]);
        meter.report(&format!("a count with {instances} instances{tags}, at {nodes} nodes"), costs, bar);
        meter.report("  its last cycle, in which nodes hold its result", last, None);
    }
    Ok(())
}

/// A cloud that counts itself.
fn census(nodes: usize, instances: u32, comes: bool) -> Outcome<Scenario> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("census.toml");
    let event = if comes { "[[event]]\nat_cycle = 99\njoin = { share = 0.0 }\n" } else { "" };
    let text = format!(
        "[run]\nnodes = {nodes}\ncycles = 99\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0, 1] }}\n[[aggregate]]\nname = \"size\"\nfunction = \"count\"\n\
         epoch_cycles = {EPOCH}\ninstances = {instances}\n[trace]\nevery = {EPOCH}\n{event}"
    );
    std::fs::write(&path, text)?;
    Ok(scenario::read(&path, &[])?)
}

/// A cloud with a suite of two gradients and two random applications; a third one of these enters in the second cycle.
fn living(nodes: usize) -> Outcome<Scenario> {
    let mut scenario = shipped(nodes)?;
    scenario.aggregates.clear();
    let app = |name: &str, share, choice| App::of_share(name, share, choice);
    let first = [app("monitoring", 0.1, Choice::Top(0)), app("store", 0.3, Choice::Top(1))];
    scenario.first.suite.apps =
        first.iter().cloned().chain([app("chat", 0.3, Choice::Random), app("game", 0.2, Choice::Random)]).collect();
    let mut suite = scenario.first.suite.clone();
    suite.version += 1;
    suite.apps.push(app("radio", 0.1, Choice::Random));
    scenario.launches = vec![Version { suite, bytes: 300, path: "radio.toml".into(), ..Version::default() }];
    scenario.events = vec![Event { at_cycle: 2, until_cycle: 2, kind: EventKind::Suite(0, 1) }];
    Ok(scenario)
}

/// Nanoseconds that were spent on a node of a scenario.
fn nanoseconds(spent: Duration, scenario: &Scenario) -> f64 {
    spent.as_secs_f64() * 1e9 / f64::from(scenario.run.nodes)
}

/// A word as a number in [0, 1).
fn unit(word: u32) -> f32 {
    (word >> 8) as f32 / 16_777_216.0
}

/// The moments of a column.
fn moments(values: &[f64]) -> Moments {
    values.chunks(1 << 12).map(|values| Moments::of(values, None)).fold(Moments::default(), Moments::merge)
}

/// Checks the mean, and by what the variance fell in each cycle.
fn averaged(nodes: usize, before: Moments, after: Moments) -> Outcome {
    let factor = (after.variance() / before.variance()).powf(1.0 / f64::from(CYCLES));
    let allowed = if nodes < 1_000_000 { 0.03 } else { 0.003 };
    check((after.mean - before.mean).abs() < 1e-12, "averaging keeps the mean")?;
    check((factor - 0.3033).abs() < allowed, "the variance falls by 0.3033 a cycle")
}

/// Whether neighbouring nodes have their ranks in the order of their values.
fn in_order(ranks: &[u32], values: &[f32]) -> bool {
    let sum = ranks.iter().map(|&rank| u64::from(rank)).sum::<u64>();
    let all = ranks.len() as u64;
    let neighbours = ranks.windows(2).zip(values.windows(2));
    sum == all * (all - 1) / 2 && neighbours.into_iter().all(|(r, v)| (r[0] < r[1]) == (v[0] <= v[1]))
}

/// Stops with a message where something is wrong.
fn check(holds: bool, what: &str) -> Outcome {
    if holds { Ok(()) } else { Err(format!("wrong result: it does not hold that {what}").into()) }
}
