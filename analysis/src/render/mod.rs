//! The summary as plain text for a stranger, at most [`WIDTH`] columns wide.

pub(crate) mod breaches;
mod clouds;
mod compare;
mod convergence;
mod epochs;
mod inside;
mod moves;
mod overlay;
pub(crate) mod rules;
pub(crate) mod study;
mod suite;
mod table;
mod topologies;
mod versions;

use std::fmt;

use crate::number::{count, decimal, nodes, percent};
use crate::{Churn, Happening, Summary, fleet, happenings};
use table::{Table, wrapped};

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        self.suite(f)?;
        self.breaches(f)?;
        self.versions(f)?;
        self.rules(f)?;
        self.changes(f)?;
        self.app_churn(f)?;
        self.inside(f)?;
        self.topologies(f)?;
        self.own(f)?;
        self.gradients(f)?;
        self.clouds(f)?;
        self.overlay(f)?;
        self.convergence(f)?;
        self.cost(f)
    }
}

impl Summary {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = count(self.nodes_count);
        let head = format!("Run {}, seed {}: {nodes} nodes, {} cycles.", self.run_id, self.seed, self.cycles);
        wrapped(f, "", &head)?;
        if self.first_cycle > 0 {
            wrapped(
                f,
                "",
                &format!("A fork: it begins with the state of another run after cycle {}.", self.first_cycle),
            )?;
        }
        match self.settings.sampling.as_deref() {
            Some("oracle") => wrapped(f, "", "Peers: oracle (every peer is a uniform random live node, drawn fresh).")?,
            Some(protocol) => wrapped(f, "", &format!("Peers: {protocol}."))?,
            None => {}
        }
        for sentence in self.settings.fleet.iter().flat_map(fleet) {
            wrapped(f, "", &sentence)?;
        }
        if !self.settings.told.is_empty() {
            let told = self.settings.told.join(", and ");
            wrapped(f, "", &format!("Told by the observer, as no node of a real cloud knows it: {told}."))?;
        }
        self.happened(f)?;
        if let Some(Churn { joined_fraction, gone_fraction, least_alive, most_alive }) = self.churn {
            let text = format!(
                "Churn: in a cycle {} of the nodes come and {} go; between {} and {} are alive.",
                percent(joined_fraction),
                percent(gone_fraction),
                count(least_alive),
                count(most_alive)
            );
            wrapped(f, "", &text)?;
        }
        if self.alive_count != self.nodes_count {
            wrapped(f, "", &format!("Alive at the end: {} nodes.", count(self.alive_count)))?;
        }
        Ok(())
    }

    /// The events; those that happen in one cycle after the other are told together, and what rules did further down.
    fn happened(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for happening in happenings(&self.events).iter().filter(|happening| happening.rule.is_none()) {
            let Happening { first_cycle, last_cycle, kind, version, nodes_count, .. } = happening;
            let what = match version {
                Some(version) => format!("version {version} of the suite enters at {}", nodes(*nodes_count)),
                None => format!("{kind} of {} nodes", count(*nodes_count)),
            };
            let text = if first_cycle == last_cycle {
                format!("At the start of cycle {first_cycle}: {what}.")
            } else {
                format!("At the start of cycles {first_cycle} to {last_cycle}: {what} in all.")
            };
            wrapped(f, "", &text)?;
        }
        Ok(())
    }

    fn gradients(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.gradients.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nGradients after cycle {}: how well nodes know their rank\n", self.cycles)?;
        let wrong = match self.gradients[0].slices_count {
            10 => "wrong tenth".to_owned(),
            slices => format!("wrong of {slices} slices"),
        };
        let mut table = Table::new(&["gradient", "protocol", "members", "rms error of rank", &wrong], 2);
        for gradient in &self.gradients {
            table.row(&[
                gradient.attribute.clone(),
                gradient.protocol.clone(),
                count(gradient.members_count),
                percent(gradient.rms_rank_error_fraction),
                percent(gradient.wrong_slice_fraction),
            ]);
        }
        table.write(f)
    }

    fn cost(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cost.messages_count == 0 {
            return Ok(());
        }
        writeln!(f, "\nCost\n")?;
        let lost = match self.cost.lost_count {
            0 => String::new(),
            lost => format!(" ({} lost)", count(lost)),
        };
        let text = format!(
            "{} messages{lost}, {} bytes of payload: {} messages and {} bytes per live node and cycle.",
            count(self.cost.messages_count),
            count(self.cost.payload_bytes),
            decimal(self.cost.messages_per_node_and_cycle),
            decimal(self.cost.bytes_per_node_and_cycle),
        );
        wrapped(f, "  ", &text)
    }
}
