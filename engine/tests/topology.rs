//! Topologies that members build from their random overlay, and requests that go through them.

mod common;

use common::anything::inside;
use common::{Result, meta, run, scenario};
use datasets::trace::{LookupRow, TopologyRow, Writer};
use engine::{Simulation, Storage};
use kernels::suite::NONE;
use kernels::views::NOBODY;

/// A cloud in which nodes know each other by the oracle, with a topology.
fn cloud(nodes: u32, cycles: u32, seed: u64, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = {seed}\n[[fleet.class]]\nname = \"box\"\nshare = 1\n\
         attributes.x = {{ uniform = [0, 1] }}\n{more}\n"
    )
}

/// What is found at some cycles, as the mean over seeds.
fn mean(seeds: u64, cycles: &[usize], text: impl Fn(u64) -> String, of: impl Fn(&Result, usize) -> f64) -> Vec<f64> {
    let runs: Vec<Result> = (1..=seeds).map(|seed| run(&text(seed))).collect();
    cycles.iter().map(|&cycle| runs.iter().map(|run| of(run, cycle)).sum::<f64>() / seeds as f64).collect()
}

fn missing(found: &Result, cycle: usize) -> f64 {
    found.topologies[cycle].missing_fraction
}

/// Compares with published figures, which themselves are of two or three seeds.
#[track_caller]
fn assert_near(found: &[f64], published: &[f64], tolerance: f64) {
    for (found, published) in found.iter().zip(published) {
        let is_near = (found / published - 1.0).abs() <= tolerance;
        assert!(is_near, "{found}, published {published} within {tolerance}");
    }
}

#[test]
fn rings_are_as_fast_as_was_measured() {
    let ring = |nodes: u32, more: &'static str| {
        move |seed: u64| cloud(nodes, 9, seed, &format!("[topology]\nprotocol = \"ring\"\n{more}"))
    };
    assert_near(&mean(4, &[3], ring(1 << 12, ""), missing), &[0.654], 0.03);
    assert_near(&mean(4, &[6], ring(1 << 12, ""), missing), &[0.0145], 0.15);
    assert_near(&mean(2, &[3, 6], ring(1 << 14, ""), missing), &[0.893, 0.129], 0.05);
    assert_near(&mean(2, &[3, 6, 9], ring(1 << 14, "far = \"none\""), missing), &[0.900, 0.165, 0.020], 0.15);
}

#[test]
fn a_torus_and_a_tree_are_as_fast_as_was_measured() {
    let of = |protocol: &'static str| {
        move |seed: u64| cloud(1 << 12, 24, seed, &format!("[topology]\nprotocol = \"{protocol}\""))
    };
    // The published torus is a grid, of which no link is longer than another.
    let torus = mean(2, &[3, 6, 9], of("torus"), missing);
    assert_near(&torus[..1], &[0.668], 0.05);
    assert!(torus[1] < 0.05 && torus[2] < 0.002, "{torus:?}");
    let tree = mean(4, &[3, 6, 9, 24], of("tree"), missing);
    assert_near(&tree[..2], &[0.705, 0.145], 0.1);
    assert_near(&tree[2..3], &[0.018], 0.2);
    assert!(tree[3] < 1e-4, "{tree:?}");
}

#[test]
fn members_stand_in_the_order_of_an_attribute() {
    let line = mean(
        2,
        &[3, 6, 9, 20],
        |seed| cloud(1 << 12, 20, seed, "[topology]\nprotocol = \"line\"\nattribute = \"x\""),
        missing,
    );
    assert!(line[0] < 0.9 && line[1] < 0.05 && line[2] < 0.002 && line[3] < 1e-9, "{line:?}");
}

#[test]
fn requests_find_the_owner_while_a_chord_grows() {
    let chord = |nodes: u32| {
        move |seed: u64| cloud(nodes, 14, seed, "[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 4_000\n")
    };
    let success = |found: &Result, cycle: usize| found.lookups[cycle].success_fraction;
    assert_near(&mean(3, &[4, 6, 8, 10], chord(1 << 12), success), &[0.68, 0.988, 0.999, 1.0], 0.02);
    assert_near(&mean(2, &[4, 6, 8, 10], chord(1 << 14), success), &[0.29, 0.875, 0.989, 0.996], 0.03);
    let empty = |found: &Result, cycle: usize| found.topologies[cycle].finger_empty_fraction;
    assert_near(&mean(3, &[4, 6], chord(1 << 12), empty), &[0.057, 0.003], 0.15);
    // Half the logarithm of the nodes, and .18, less .2 while fingers are not exact.
    let hops = |found: &Result, cycle: usize| found.lookups[cycle].hops_mean;
    assert_near(&mean(2, &[12], chord(1 << 12), hops), &[6.0], 0.03);
    assert_near(&mean(2, &[12], chord(1 << 14), hops), &[7.0], 0.03);
}

#[test]
fn a_ring_goes_on_while_half_of_its_members_die() {
    let text =
        |more: &str| cloud(1 << 13, 60, 1, &format!("{more}[[event]]\nat_cycle = 30\ncrash = {{ share = 0.5 }}\n"));
    let found = run(&text("[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 4_000\n"));
    let at = |cycle: usize| (&found.topologies[cycle], &found.lookups[cycle]);
    // A link is missing where all ten known on a side are dead: .00098 of 8,192.
    let expected = 0.5_f64.powi(10);
    let error = (expected / 8192.0).sqrt();
    assert!((at(30).0.missing_fraction - expected).abs() < 4.0 * error, "{}", at(30).0.missing_fraction);
    assert!((at(30).0.dead_fraction - 0.5).abs() < 0.1);
    assert!((at(30).1.success_fraction - 0.987).abs() < 0.01, "{:?}", at(30).1);
    assert!((at(30).1.timeouts_mean / 20.0 - 1.0).abs() < 0.2, "{:?}", at(30).1);
    assert!((at(30).1.hops_mean / 9.4 - 1.0).abs() < 0.1, "{:?}", at(30).1);
    // All entries of the dead are dropped at once when they are too old, and lookups succeed.
    assert!(at(48).0.dead_fraction > 0.2 && at(51).0.dead_fraction < 0.05);
    assert!(at(55).1.success_fraction > 0.999 && at(60).0.missing_fraction < 1e-9);
}

/// A cloud with sessions of so many cycles on average, and a third of that between two: three quarters of the nodes are
/// there, as where it was measured.
fn churning(seed: u64, nodes: u32, cycles: u32, more: &str) -> String {
    let (hours, between) = (f64::from(cycles) / 6.0, f64::from(cycles) / 18.0);
    format!(
        "[run]\nnodes = {nodes}\ncycles = 60\nseed = {seed}\ncycle_seconds = 600\n[[fleet.class]]\nname = \"box\"\n\
         share = 1\nattributes.x = {{ uniform = [0, 1] }}\n\
         up = {{ hours = {{ exponential = {{ mean = {hours} }} }} }}\n\
         down = {{ hours = {{ exponential = {{ mean = {between} }} }} }}\n{more}"
    )
}

#[test]
fn requests_suffer_from_churn_as_was_measured() {
    let chord = "[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 1_000\n";
    for (cycles, success, timeouts) in [(1000, 0.992, 0.25), (100, 0.94, 1.95)] {
        let late: Vec<LookupRow> = run(&churning(1, 8192, cycles, chord)).lookups.split_off(41);
        let mean = |of: fn(&LookupRow) -> f64| late.iter().map(of).sum::<f64>() / late.len() as f64;
        let found = [mean(|row| row.success_fraction), mean(|row| row.timeouts_mean)];
        assert!((1.0 - found[0]) / (1.0 - success) < 1.4 && (1.0 - found[0]) / (1.0 - success) > 0.6, "{found:?}");
        assert!((found[1] / timeouts - 1.0).abs() < 0.25, "{found:?}, published {timeouts}");
    }
}

#[test]
fn whoever_knows_nobody_near_says_so() {
    for nodes in [1, 2, 3, 5, 30] {
        for protocol in ["ring", "torus", "tree", "chord", "prefix"] {
            let is_asked = ["chord", "prefix"].contains(&protocol);
            let lookups = if is_asked { "[lookups]\nper_cycle = 50\n" } else { "" };
            let found = run(&cloud(nodes, 12, 1, &format!("[topology]\nprotocol = \"{protocol}\"\n{lookups}")));
            let last: &TopologyRow = found.topologies.last().unwrap();
            assert_eq!((last.topology.as_str(), last.members_count), (protocol, nodes.into()));
            assert!(last.missing_fraction < 1e-9 || nodes == 1, "{last:?}");
            assert!(found.lookups.iter().skip(12).all(|row| row.success_fraction > 0.999), "{protocol} of {nodes}");
        }
    }
}

#[test]
fn every_member_has_a_row_and_nobody_else() {
    for seed in 0..60 {
        let scenario = inside(seed);
        let mut trace = Writer::in_memory(meta(&scenario));
        let mut simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
        for _ in 0..scenario.run.cycles {
            simulation.cycle(&mut trace);
            let cloud = simulation.cloud();
            let (Some(seats), Some(inside)) = (&cloud.own.seats, &cloud.applications) else { continue };
            let mut owned = 0;
            for (node, (&place, &row)) in inside.places.iter().zip(seats.rows.iter()).enumerate() {
                assert_eq!(place != NONE, row != NOBODY, "node {node} in {place}");
                if place != NONE {
                    let table = seats.tables[usize::from(place)].as_ref().unwrap();
                    assert_eq!(table.owners[row as usize], node as u32);
                    owned += 1;
                }
            }
            let rows = seats.tables.iter().flatten().flat_map(|table| table.owners.iter());
            assert_eq!(rows.filter(|owner| **owner != NOBODY).count(), owned);
        }
    }
}

#[test]
fn a_ring_of_an_application_is_that_of_a_cloud_of_its_size() {
    let text = cloud(
        40_960,
        14,
        3,
        "[subcloud]\nsampling = { protocol = \"oracle\" }\ntopology = { protocol = \"ring\" }\n[[suite.app]]\n\
         name = \"a\"\nshare = 0.1\n[[suite.app]]\nname = \"b\"\nshare = 0.4\n",
    );
    let found = run(&text);
    let at = |app: &str, cycle: u32| {
        let is_it = |row: &&TopologyRow| row.cycle == cycle && row.app.as_deref() == Some(app);
        found.topologies.iter().find(is_it).unwrap().missing_fraction
    };
    assert_near(&[at("a", 3), at("b", 3), at("b", 6)], &[0.654, 0.893, 0.129], 0.06);
    assert!(at("a", 14) < 1e-9);
}

#[test]
fn a_table_that_is_too_small_stops_the_run_and_says_so() {
    let inside = "[subcloud]\ntopology = { protocol = \"ring\" }\n[[suite.app]]\nname = \"a\"\nshare = 0.5\n";
    let mut scenario = scenario(&cloud(20_000, 5, 3, inside));
    if let Some(topology) = scenario.subcloud.as_mut().and_then(|inside| inside.topology.as_mut()) {
        topology.room = 0.01;
    }
    let mut trace = Writer::in_memory(meta(&scenario));
    let mut simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
    let error = simulation.observe(&mut trace).unwrap_err().to_string();
    assert!(error.starts_with("the topology of \"a\" has room for 764 members, and "), "{error}");
}

/// Tables of prefixes, with requests that go by them.
fn prefix(nodes: u32, cycles: u32, seed: u64, routing: &str) -> String {
    let more = format!("[topology]\nprotocol = \"prefix\"\n[lookups]\nper_cycle = 4_000\nrouting = \"{routing}\"\n");
    cloud(nodes, cycles, seed, &more)
}

#[test]
fn leaf_sets_and_tables_fill_as_was_measured() {
    let of = |seed| prefix(1 << 12, 12, seed, "pastry");
    let runs: Vec<Result> = (1..=3).map(|seed| run(&of(seed))).collect();
    let mean = |of: &dyn Fn(&Result) -> f64| runs.iter().map(of).sum::<f64>() / runs.len() as f64;
    for (cycle, leaf, table) in [(3, 0.46, 0.084), (4, 0.133, 0.021), (5, 0.021, 0.0033), (6, 0.0032, 5e-4)] {
        let tolerance = if cycle < 5 { 0.04 } else { 0.2 };
        assert_near(&[mean(&|run| run.topologies[cycle].leaf_missing_fraction)], &[leaf], tolerance);
        assert_near(&[mean(&|run| run.topologies[cycle].table_missing_fraction)], &[table], tolerance);
    }
    for run in &runs {
        let last = &run.topologies[12];
        assert!(last.leaf_missing_fraction < 1e-9 && last.table_missing_fraction < 1e-9, "{last:?}");
        assert!((run.lookups[12].success_fraction - 1.0).abs() < 1e-9, "{:?}", run.lookups[12]);
    }
    let hops = mean(&|run| run.lookups[12].hops_mean);
    let kademlia = run(&prefix(1 << 12, 12, 1, "kademlia"));
    assert_near(&[hops, kademlia.lookups[12].hops_mean], &[2.83, 2.55], 0.02);
    assert!((kademlia.lookups[12].success_fraction - 1.0).abs() < 1e-9, "{:?}", kademlia.lookups[12]);
}

#[test]
fn tables_are_mended_after_a_crash() {
    let crash = "[[event]]\nat_cycle = 30\ncrash = { share = 0.5 }\n";
    let found = run(&format!("{}{crash}", prefix(1 << 13, 60, 1, "pastry")));
    let missing = |cycle: usize| found.topologies[cycle].table_missing_fraction;
    // Published after 4 and 8 cycles, within a cycle: .033, .0012.
    assert!(missing(34) < 0.033 && missing(32) > 0.033, "{} {}", missing(32), missing(34));
    assert!(missing(38) < 0.0012 && missing(34) > 0.0012, "{} {}", missing(34), missing(38));
    // Dead entries of leaf sets go when they are too old, and six cycles later nothing is missing.
    let leaf = |cycle: usize| found.topologies[cycle].leaf_missing_fraction;
    assert!(leaf(49) > 0.4 && leaf(57) < 1e-9, "{} {}", leaf(49), leaf(57));
    assert!((30..=60).all(|cycle| found.lookups[cycle].success_fraction > 0.99));
}

#[test]
fn tables_suffer_from_churn_as_was_measured() {
    let dead = |leaf: f64, table: f64| (20.0 * leaf + 100.0 * table) / 120.0;
    for (cycles, success, dead) in [(1000, 0.998, dead(0.019, 0.005)), (100, 0.985, dead(0.125, 0.031))] {
        let text = churning(1, 4096, cycles, "[topology]\nprotocol = \"prefix\"\n[lookups]\nper_cycle = 1_000\n");
        let found = run(&text);
        let mean = |of: &dyn Fn(usize) -> f64| (41..=60).map(of).sum::<f64>() / 20.0;
        let failed = (1.0 - mean(&|cycle| found.lookups[cycle].success_fraction)) / (1.0 - success);
        assert!((0.6..1.7).contains(&failed), "{failed} times the published failures");
        // Twenty entries of leaf sets, of which more are dead, and about a hundred of tables.
        assert_near(&[mean(&|cycle| found.topologies[cycle].dead_fraction)], &[dead], 0.15);
    }
}

/// Half of the nodes crash while nothing is renewed, and then values are.
#[test]
fn a_crash_loses_the_values_whose_holders_all_die() {
    let crash = "[[event]]\nat_cycle = 30\ncrash = { share = 0.5 }\n";
    let values = "[registry]\nkeys = 40_000\nreplicas = 3\nrepublish = 20\n";
    for topology in ["chord", "prefix"] {
        let text = cloud(1 << 13, 79, 1, &format!("[topology]\nprotocol = \"{topology}\"\n{values}{crash}"));
        let found = run(&text).registry;
        assert_eq!((found[0].keys_count, found[0].held_fraction), (40_000, 1.0));
        assert!((found[0].holders_mean - 3.0).abs() < 1e-9 && (found[0].owner_fraction - 1.0).abs() < 1e-9);
        // At first values are put anew through a topology that is not there yet, later where they belong.
        assert!(found[29].owner_fraction > 0.99, "{topology}: {:?}", found[29]);
        assert!(found[29].held_fraction > 1.0 - 1e-9);
        // All three holders die with .125. They stand side by side, and values between the same two members share
        // them: so there are 8,192 triples, each of which shares members with four others.
        let expected = 0.5_f64.powi(3);
        let error = (2.0 * expected * (1.0 - expected) * 3.0 / 8192.0).sqrt();
        let lost = 1.0 - found[31].held_fraction;
        assert!((lost - expected).abs() < 4.0 * error, "{topology}: {lost}, {error}");
        assert!((found[30].holders_mean - 1.5).abs() < 0.1);
        // Whatever is left is put where it belongs, thrice.
        let end = found.last().unwrap();
        assert!((1.0 - end.held_fraction - lost).abs() < 0.01, "{topology}: {end:?}");
        assert!((end.holders_mean / end.held_fraction - 3.0).abs() < 0.01, "{topology}: {end:?}");
        assert!((end.owner_fraction / end.held_fraction - 1.0).abs() < 0.01, "{topology}: {end:?}");
    }
}

/// Half of the nodes crash in a cycle in which every value is renewed: whoever is dead takes no part in it.
#[test]
fn the_dead_do_not_renew_what_they_held() {
    let values = "[registry]\nkeys = 40_000\nreplicas = 3\nrepublish = 1\n";
    let crash = "[[event]]\nat_cycle = 30\ncrash = { share = 0.5 }\n";
    for topology in ["chord", "prefix"] {
        let text = cloud(1 << 13, 30, 1, &format!("[topology]\nprotocol = \"{topology}\"\n{values}{crash}"));
        let found = run(&text).registry;
        assert_eq!((found[29].held_fraction, found[29].holders_mean), (1.0, 3.0), "{topology}");
        // All three holders die with .125, and those of 8,192 triples go together as in the test above.
        let expected = 0.5_f64.powi(3);
        let error = (2.0 * expected * (1.0 - expected) * 3.0 / 8192.0).sqrt();
        let lost = 1.0 - found[30].held_fraction;
        assert!((lost - expected).abs() < 4.0 * error, "{topology}: {lost}, {error}");
        // Whatever is left has three holders again at once, unless less than two live of the ten behind the owner: .012
        // holders less.
        assert!((found[30].holders_mean / found[30].held_fraction - 3.0).abs() < 0.03, "{topology}: {:?}", found[30]);
    }
}

/// Members of an application are others every cycle until slicing has settled, and take along what they hold.
#[test]
fn values_that_wait_are_not_lost_before_there_is_a_topology() {
    let found = |after: u32| {
        let values = format!("registry = {{ keys = 4_000, after = {after} }}\ntopology = {{ protocol = \"chord\" }}\n");
        let app = "[[suite.app]]\nname = \"a\"\ntop = \"x\"\nshare = 0.3\n";
        run(&cloud(4096, 40, 1, &format!("[subcloud]\n{values}{app}"))).registry
    };
    let at_once = found(0);
    assert_eq!((at_once[0].held_fraction, at_once[0].holders_mean), (1.0, 3.0));
    let lost = 1.0 - at_once.last().unwrap().held_fraction;
    assert!(lost > 0.2, "{lost}");
    let later = found(20);
    assert!(later[19].held_fraction.is_nan());
    assert_eq!((later[20].held_fraction, later[20].holders_mean), (1.0, 3.0));
    assert!(later.last().unwrap().held_fraction > 0.995, "{:?}", later.last());
}

#[test]
fn values_lie_at_members_alone() {
    for seed in 0..60 {
        let scenario = inside(seed);
        let mut trace = Writer::in_memory(meta(&scenario));
        let mut simulation = Simulation::new(&scenario, &Storage::Memory).unwrap();
        for _ in 0..scenario.run.cycles {
            simulation.cycle(&mut trace);
            let cloud = simulation.cloud();
            for one in &cloud.own.running {
                let Some(registry) = &one.registry else { continue };
                for &holder in registry.holders.iter().filter(|holder| **holder < NOBODY - 1) {
                    let is_member = match (one.app, &cloud.applications) {
                        (Some(app), Some(inside)) => inside.places[holder as usize] == app,
                        _ => cloud.population.alive().holds(holder as usize),
                    };
                    assert!(is_member, "seed {seed}: node {holder}");
                }
            }
        }
    }
}

#[test]
fn who_is_outside_asks_through_a_contact() {
    let inside = |asker: &str| {
        format!(
            "[sampling]\nprotocol = \"newscast\"\n[subcloud]\ntopology = {{ protocol = \"prefix\" }}\n\
             lookups = {{ per_cycle = 2_000, asker = \"{asker}\" }}\n[[suite.app]]\nname = \"a\"\nshare = 0.2\n"
        )
    };
    let of = |asker: &str| run(&cloud(10_000, 25, 1, &inside(asker))).lookups.pop().unwrap();
    let (members, outside) = (of("members"), of("outside"));
    assert_eq!((members.asker.as_str(), outside.asker.as_str()), ("members", "outside"));
    assert!(members.success_fraction > 0.999 && outside.success_fraction > 0.99, "{members:?} {outside:?}");
    // One move more: to the contact.
    let more = outside.hops_mean - members.hops_mean;
    assert!((more - 1.0).abs() < 0.1, "{members:?} {outside:?}");
}

/// Requests and answers are lost, and nobody dies: whoever is outside has as many timeouts as members, and those of the
/// contacts that it tries.
#[test]
fn contacts_that_do_not_answer_are_timeouts() {
    let inside = |asker: &str| {
        format!(
            "[sampling]\nprotocol = \"newscast\"\n[network]\nrequest_loss = 0.1\nreply_loss = 0.1\n[subcloud]\n\
             topology = {{ protocol = \"prefix\" }}\nlookups = {{ per_cycle = 2_000, asker = \"{asker}\" }}\n\
             [[suite.app]]\nname = \"a\"\nshare = 0.2\n"
        )
    };
    let timeouts = |asker: &str| {
        let late = run(&cloud(10_000, 30, 1, &inside(asker))).lookups.split_off(16);
        late.iter().map(|row| row.timeouts_mean).sum::<f64>() / late.len() as f64
    };
    // Each try is in vain with q = .19, and there are at least two contacts to try: of these between q + q² and
    // q / (1 - q) are.
    let [least, most] = [0.19 + 0.19_f64.powi(2), 0.19 / 0.81];
    let more = timeouts("outside") - timeouts("members");
    // Requests have some .6 timeouts, as many as a variance: 15 cycles of 2,000 requests of either.
    let error = (2.0 * 0.8 / 30_000.0_f64).sqrt();
    assert!((least - 4.0 * error..most + 4.0 * error).contains(&more), "{more}");
}

#[test]
fn a_topology_that_begins_anew_is_as_fast_as_one_that_begins() {
    let anew = |app: &str| format!("[[event]]\nat_cycle = 21\nbootstrap = {{ {app}anew = true }}\n");
    let lookups = "per_cycle = 2_000";
    let chord = format!("[topology]\nprotocol = \"chord\"\n[lookups]\n{lookups}\n{}", anew(""));
    let found = run(&cloud(1 << 12, 35, 1, &chord));
    let inside = format!(
        "[subcloud]\nsampling = {{ protocol = \"oracle\" }}\ntopology = {{ protocol = \"chord\" }}\n\
         lookups = {{ {lookups} }}\n[[suite.app]]\nname = \"a\"\nshare = 0.4\n{}",
        anew("app = \"a\", ")
    );
    let within = run(&cloud(10_240, 35, 1, &inside));
    for found in [&found, &within] {
        let links = |cycle: usize| found.topologies[cycle].missing_fraction;
        let success = |cycle: usize| found.lookups[cycle].success_fraction;
        assert_eq!([20, 21, 35].map(|cycle: usize| found.topologies[cycle].instance), [0, 1, 1]);
        // Of the cycles of a topology that begins with the run, the same numbers.
        assert!(links(20) < 1e-9 && success(20) > 0.999);
        assert_near(&[links(21), links(23), links(24)], &[links(1), links(3), links(4)], 0.1);
        assert!(success(21) < 0.1 && success(31) > 0.999, "{} {}", success(21), success(31));
        assert!(links(35) < 1e-9);
    }
    assert!(found.events.iter().any(|event| event.kind == "bootstrap" && event.nodes_count == 1 << 12));
}

#[test]
fn each_application_builds_its_own_topology() {
    let app = |name: &str, more: &str| format!("[[suite.app]]\nname = \"{name}\"\nshare = 0.2\n{more}\n");
    let own = |protocol: &str| format!("topology = {{ protocol = \"{protocol}\" }}");
    let inside = "[subcloud]\nsampling = { protocol = \"oracle\" }\ntopology = { protocol = \"ring\" }\n\
                  lookups = { per_cycle = 500, routing = \"kademlia\" }\nregistry = { keys = 100 }\n";
    let apps = [app("a", &own("chord")), app("b", &own("prefix")), app("c", &own("none")), app("d", "")].concat();
    let found = run(&cloud(10_000, 20, 1, &format!("{inside}{apps}")));
    let last = |name: &str| found.topologies.iter().rfind(|row| row.app.as_deref() == Some(name));
    for (name, topology) in [("a", "chord"), ("b", "prefix"), ("d", "ring")] {
        let row = last(name).unwrap();
        // Slices are not exact.
        assert_eq!((row.topology.as_str(), row.members_count.abs_diff(2_000) < 100), (topology, true));
        assert!(row.missing_fraction < 1e-9, "{row:?}");
        let routing = found.lookups.iter().rfind(|row| row.app.as_deref() == Some(name));
        let expected = [("chord", "chord"), ("prefix", "kademlia")].into_iter().find(|(of, _)| *of == topology);
        assert_eq!(routing.map(|row| row.routing.as_str()), expected.map(|(_, routing)| routing));
        assert!(routing.is_none_or(|row| row.success_fraction > 0.999), "{routing:?}");
        assert_eq!(found.registry.iter().any(|row| row.app.as_deref() == Some(name)), topology != "ring");
    }
    assert!(last("c").is_none());
}

#[test]
fn a_sample_of_the_members_tells_what_all_would() {
    for protocol in ["chord", "prefix"] {
        let text = |sample: u32| {
            let judged = format!("[trace]\ntopology = {{ sample = {sample} }}\n");
            cloud(20_000, 8, 1, &format!("[topology]\nprotocol = \"{protocol}\"\n{judged}"))
        };
        let [all, some] = [20_000, 2_000].map(|sample| run(&text(sample)));
        assert_eq!(all.digest, some.digest);
        for (all, some) in all.topologies.iter().zip(&some.topologies) {
            assert_eq!(all.members_count, some.members_count);
            let pairs = [
                (all.missing_fraction, some.missing_fraction),
                (all.leaf_missing_fraction, some.leaf_missing_fraction),
                (all.table_missing_fraction, some.table_missing_fraction),
                (all.finger_empty_fraction, some.finger_empty_fraction),
                (all.started_fraction, some.started_fraction),
            ];
            // Links, entries and slots of 2,000 members, of which those of one member go together.
            for (all, some) in pairs.into_iter().filter(|(all, _)| all.is_finite()) {
                let error = (all * (1.0 - all) / 2_000.0).sqrt();
                assert!((all - some).abs() <= 5.0 * error + 1e-9, "{protocol}: {all} {some}");
            }
        }
    }
}
