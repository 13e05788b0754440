//! Rumour mongering: whoever has news tells random others, until k of them had it already.
//!
//! Demers et al., *Epidemic algorithms for replicated database maintenance*, PODC 1987: push, with feedback and a
//! counter. The share s that never hears of it obeys s = exp(-(k + 1)(1 - s)), for (k + 1)(1 - s) messages a node.

use std::process::ExitCode;

use bytemuck::{Pod, Zeroable};
use serde::Deserialize;
use subcloud::prelude::*;

/// The protocol, and its keys in a scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rumour {
    /// How many others must have had the news before a node loses interest.
    k: u32,
}

/// What a node keeps.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Node {
    has_news: u32,
    /// How many that it told had the news already.
    in_vain: u32,
    sent: u32,
}

impl Protocol for Rumour {
    type Record = Node;

    fn init(&self, own: &mut Node, turn: &mut Turn<'_>) {
        // The news begins at one node, and who comes later has none.
        own.has_news = u32::from(turn.cycle() == 0 && turn.node == 0);
    }

    fn partner(&self, own: &mut Node, turn: &mut Turn<'_>) -> Option<u32> {
        if own.has_news == 1 && own.in_vain < self.k { turn.sample() } else { None }
    }

    fn exchange(&self, pair: &mut Pair<'_, '_, Node>) {
        let had_news = std::mem::replace(&mut pair.other.has_news, 1);
        if !pair.is_reply_lost {
            pair.own.in_vain += had_news;
            pair.own.sent += 1;
        }
    }

    fn measures(&self) -> &'static [&'static str] {
        &["residue_fraction", "sent_mean"]
    }

    fn measure(&self, nodes: &Members<'_, Node>) -> Vec<f64> {
        vec![nodes.fraction(|_, own| own.has_news == 0), nodes.mean(|_, own| f64::from(own.sent))]
    }
}

fn main() -> ExitCode {
    register::<Rumour>("rumour");
    subcloud::main()
}
