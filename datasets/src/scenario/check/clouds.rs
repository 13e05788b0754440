//! Which clouds there are, and whether they are there when they part or become one.

use super::event::Written;
use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{
    Cloud, CloudMembers, Event, EventKind, Fleet, Introducer, Merge, Sampling, SamplingProtocol, Split, Start,
};
use crate::suite::Suite;
use crate::written::Check;

/// The most clouds of a scenario.
const MOST: usize = 200;
/// Pairs of nodes that meet when clouds become one, if the scenario does not say, and at most.
const CONTACTS: u32 = 10;
const MOST_CONTACTS: u64 = 1_000_000;

impl Check<'_, '_> {
    /// All clouds that there ever are: those of the beginning, and those that part from others, in the order of the
    /// file. None where all nodes are one cloud for ever.
    pub(super) fn clouds(
        &self,
        raw: &[At<raw::Cloud>],
        events: &[At<raw::Event>],
        fleet: &Fleet,
    ) -> Result<Vec<Cloud>, Error> {
        let splits = || events.iter().filter_map(|event| event.split.as_ref());
        let mut clouds: Vec<Cloud> = Vec::new();
        if raw.is_empty() && (splits().next().is_some() || events.iter().any(|event| event.merge.is_some())) {
            clouds.push(Cloud { name: Cloud::USUAL_NAME.to_owned(), members: CloudMembers::Others });
        }
        for (number, cloud) in raw.iter().enumerate() {
            let raw::Cloud { name, share, nodes, class, region, top, bottom } = &**cloud;
            self.new_cloud(name, &clouds)?;
            let written = Written {
                place: cloud.span(),
                key: "cloud",
                share: share.as_ref(),
                nodes: nodes.as_ref(),
                class: class.as_ref(),
                region: region.as_ref(),
            };
            let order = self.order(top.as_ref(), bottom.as_ref(), fleet)?;
            let says_more = written.says_how_many() || top.is_some() || bottom.is_some();
            let members = match number {
                0 if says_more => {
                    let help = "leave that to the clouds after it";
                    return Err(self.refuse(cloud.span(), "the first cloud has whoever belongs to no other one", help));
                }
                0 => CloudMembers::Others,
                _ => CloudMembers::These(self.group(&written, order, fleet)?),
            };
            clouds.push(Cloud { name: (**name).clone(), members });
        }
        for split in splits() {
            self.new_cloud(&split.name, &clouds)?;
            clouds.push(Cloud { name: (*split.name).clone(), members: CloudMembers::Parted });
        }
        if clouds.len() == 1 && events.iter().all(|event| event.merge.is_none()) {
            clouds.clear();
        }
        Ok(clouds)
    }

    /// Whether a name can be that of a further cloud.
    fn new_cloud(&self, name: &At<String>, clouds: &[Cloud]) -> Result<(), Error> {
        let help = "give it another name";
        if name.is_empty() {
            return Err(self.refuse(name.span(), "a cloud without a name", help));
        }
        if clouds.iter().any(|cloud| cloud.name == **name) {
            return Err(self.refuse(name.span(), format!("a second cloud named \"{}\"", **name), help));
        }
        if clouds.len() == MOST {
            let message = format!("more than {MOST} clouds");
            return Err(self.refuse(name.span(), message, "a node notes its cloud in a byte: name fewer"));
        }
        Ok(())
    }

    /// The index of a cloud.
    fn cloud_named(&self, name: &At<String>, clouds: &[Cloud]) -> Result<usize, Error> {
        clouds.iter().position(|cloud| cloud.name == **name).ok_or_else(|| {
            let known: Vec<&str> = clouds.iter().map(|cloud| cloud.name.as_str()).collect();
            let help = format!("there are: {}", known.join(", "));
            self.refuse(name.span(), format!("no cloud is named \"{}\"", **name), help)
        })
    }

    /// Some nodes part from a cloud.
    pub(super) fn split(&self, raw: &At<raw::Split>, fleet: &Fleet, clouds: &[Cloud]) -> Result<Split, Error> {
        let raw::Split { name, of, share, nodes, class, region, top, bottom } = &**raw;
        let written = Written {
            place: raw.span(),
            key: "split",
            share: share.as_ref(),
            nodes: nodes.as_ref(),
            class: class.as_ref(),
            region: region.as_ref(),
        };
        let group = self.group(&written, self.order(top.as_ref(), bottom.as_ref(), fleet)?, fleet)?;
        // Which one it is if nothing is said is found once the order of events is known.
        let of = of.as_ref().map_or(Ok(usize::MAX), |of| self.cloud_named(of, clouds))?;
        Ok(Split { cloud: self.cloud_named(name, clouds)?, of, group })
    }

    /// Clouds become one.
    pub(super) fn merge(&self, raw: &At<raw::Merge>, clouds: &[Cloud]) -> Result<Merge, Error> {
        let mut merged = Vec::new();
        for name in raw.clouds.iter() {
            let cloud = self.cloud_named(name, clouds)?;
            if merged.contains(&cloud) {
                let message = format!("\"{}\" is named twice", **name);
                return Err(self.refuse(name.span(), message, "name each cloud once"));
            }
            merged.push(cloud);
        }
        if merged.len() < 2 {
            let help = "name two clouds or more, as in `merge = { clouds = [\"north\", \"south\"] }`";
            return Err(self.refuse(raw.clouds.span(), "one cloud alone is one already", help));
        }
        Ok(Merge { clouds: merged, contacts: self.number_or(raw.contacts.as_ref(), CONTACTS, 0, MOST_CONTACTS)? })
    }

    /// Goes through what happens to clouds, in order: whoever parts or becomes one must be there. Says of each split
    /// from which cloud it is.
    pub(super) fn course_of_clouds<'e>(
        &self,
        raw: &[At<raw::Event>],
        events: impl Iterator<Item = &'e mut Event>,
        clouds: &[Cloud],
    ) -> Result<(), Error> {
        let from_the_start = |(_, cloud): &(usize, &Cloud)| cloud.members != CloudMembers::Parted;
        let mut there: Vec<usize> = clouds.iter().enumerate().filter(from_the_start).map(|(at, _)| at).collect();
        let gone = |of: usize, there: &[usize], span| {
            let names: Vec<&str> = there.iter().map(|&cloud| clouds[cloud].name.as_str()).collect();
            let message = format!("there is no cloud \"{}\" at that time", clouds[of].name);
            self.refuse(span, message, format!("in that cycle there are: {}", names.join(", ")))
        };
        for event in events {
            match &mut event.kind {
                EventKind::Split(split) => {
                    // A name is that of one event.
                    let raw = raw.iter().filter_map(|event| event.split.as_ref());
                    let written = raw.into_iter().find(|raw| *raw.name == clouds[split.cloud].name);
                    let span = written.map_or(0..0, At::span);
                    if split.of == usize::MAX {
                        let [only] = there[..] else {
                            let names: Vec<&str> = there.iter().map(|&cloud| clouds[cloud].name.as_str()).collect();
                            let help = format!("add `of`, one of: {}", names.join(", "));
                            return Err(self.refuse(span, "`split` does not say which cloud parts", help));
                        };
                        split.of = only;
                    }
                    if !there.contains(&split.of) {
                        return Err(gone(split.of, &there, span));
                    }
                    there.push(split.cloud);
                }
                EventKind::Merge(Merge { clouds: merged, .. }) => {
                    let all = raw.iter().filter_map(|event| event.merge.as_ref());
                    let is_it = |raw: &&At<raw::Merge>| {
                        raw.clouds.iter().map(|name| name.as_str()).eq(merged.iter().map(|&it| &*clouds[it].name))
                    };
                    let span = all.into_iter().find(is_it).map_or(0..0, At::span);
                    if let Some(&missing) = merged.iter().find(|cloud| !there.contains(cloud)) {
                        return Err(gone(missing, &there, span));
                    }
                    there.retain(|cloud| !merged[1..].contains(cloud));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What cannot be told of several clouds yet is refused.
    pub(super) fn several_clouds(
        &self,
        raw: &raw::Scenario,
        sampling: &Sampling,
        suites: &[&Suite],
    ) -> Result<(), Error> {
        let first = raw.cloud.first().map(At::span);
        let of_event =
            |event: &At<raw::Event>| event.split.as_ref().map(At::span).or(event.merge.as_ref().map(At::span));
        let span = first.or_else(|| raw.event.iter().find_map(of_event)).unwrap_or_default();
        let refuse = |what: &str, help: &str| Err(self.refuse(span.clone(), what, help));
        if sampling.protocol == SamplingProtocol::Static {
            return refuse("several clouds along a graph that stays as it is", "choose another `sampling.protocol`");
        }
        if sampling.start == Start::Star || sampling.introducer == Introducer::First {
            let help = "leave out `sampling.start = \"star\"` and `sampling.introducer`";
            return refuse("several clouds cannot all know the same first node", help);
        }
        if suites.iter().any(|suite| !suite.is_none()) || !raw.aggregate.is_empty() || raw.subcloud.is_some() {
            let help = "leave out `[suite]`, `[[aggregate]]` and `[subcloud]`, or the clouds";
            return refuse("suites and aggregates of several clouds are not supported yet", help);
        }
        if raw.registry.is_some() || raw.lookups.is_some() {
            let help = "leave out `[lookups]` and `[registry]`, or the clouds";
            return refuse("lookups and registries of several clouds are not supported yet", help);
        }
        Ok(())
    }
}
