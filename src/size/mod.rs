//! `subcloud size`.
//!
//! Count: how many nodes live in the counted cycles, of which shares are parts.
//! Search: bisection over the share with few replicas of a small cloud, the same seeds for every share. Measure: more
//! replicas at the two shares that bracket it. Confirm: runs of the full size at what that gives, which correct it.
//! Nothing is observed but the nodes held, so that a run costs its passes alone.

mod amount;
mod answer;
mod arguments;
mod evidence;
mod live;
mod plan;
mod replicas;
mod search;

use std::path::Path;

use answer::Answer;
pub use arguments::{Arguments, nodes};
use live::live_nodes;
use plan::Plan;
use search::Search;

use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::paragraph::paragraph;
use crate::run::{Place, print};
use crate::{checkpoint, file, memory, run};

/// Sizes an application.
pub fn size(arguments: &Arguments) -> Result<(), Failure> {
    let interrupts = Interrupts::catch()?;
    let scenario = arguments.scenario.read()?;
    let name = format!("{}-size", scenario.name);
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(name));
    let plan = Plan::new(arguments, &scenario)?;
    run::use_threads(arguments.threads)?;
    memory::check(&scenario, None)?;
    run::may_leave(&out, arguments.force)?;
    datasets::trace::is_free(&out, "size.json")?;
    let plan = Plan { live: live_nodes(&plan, arguments.quiet, interrupts.stopped())?, ..plan };
    let found = Search::new(&plan, arguments.quiet, interrupts.stopped()).run()?;
    let answer = Answer::new(&plan, &found);
    for text in answer.paragraphs() {
        print(&format!("{}\n", paragraph(&text, [0, 2])));
    }
    let place = Place { out: &out, state: None, force: arguments.force, longer: None };
    let mut asking = plan.asking(&scenario, answer.share);
    asking.run.cycles = plan.full.run.cycles;
    let hash = asking.hash();
    let keeper =
        run::into(place, (&asking, &hash), (&checkpoint::Arguments::none(), None, arguments.quiet), &interrupts)?;
    let digest = checkpoint::record(&out).map(|record| record.state_digest).unwrap_or_default();
    let record = datasets::record::text(&answer.record());
    datasets::trace::list(&out, "size.json", record.as_bytes())?;
    file::write(&out.join("size.json"), &record)?;
    print(&format!(
        "state digest {digest}\nthe run with {} = {} in {}",
        plan.key(),
        plan.amount(answer.share),
        out.display()
    ));
    keeper.finish(&out, arguments.force)
}
