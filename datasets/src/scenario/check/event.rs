//! What happens to the cloud, and to which nodes.

use std::ops::Range;

use super::launch::Due;
use crate::error::Error;
use crate::scenario::raw::{self, At, Number, Whole};
use crate::scenario::{Class, Cloud, Event, EventKind, Fleet, Group, Order, Run, Scale, Size};
use crate::written::Check;

/// What is written about a group, whatever happens to it.
pub(super) struct Written<'r> {
    /// Where it stands.
    pub place: Range<usize>,
    pub key: &'static str,
    pub share: Option<&'r At<Number>>,
    pub nodes: Option<&'r At<Whole>>,
    pub class: Option<&'r At<String>>,
    pub region: Option<&'r At<[At<Number>; 2]>>,
}

impl Written<'_> {
    /// Whether it says anything of which nodes there are to be.
    pub fn says_how_many(&self) -> bool {
        self.share.is_some() || self.nodes.is_some() || self.class.is_some() || self.region.is_some()
    }
}

impl Check<'_, '_> {
    /// What happens, ordered by cycle.
    pub(super) fn events<'r>(
        &self,
        raw: &'r [At<raw::Event>],
        run: &Run,
        fleet: &Fleet,
        clouds: &[Cloud],
    ) -> Result<Vec<Due<'r>>, Error> {
        let mut due = Vec::new();
        for raw in raw {
            due.extend(self.event(raw, run, (fleet, clouds))?.map(|event| (event, raw.suite.as_ref())));
        }
        due.sort_by_key(|(event, _)| event.at_cycle);
        self.course_of_clouds(raw, due.iter_mut().map(|(event, _)| event), clouds)?;
        Ok(due)
    }

    /// The version of the suite that an event brings in gets its number later, when the order of all is known.
    fn suite_event(&self, raw: &raw::Event) -> Result<Option<EventKind>, Error> {
        match (&raw.suite, &raw.at_nodes, &raw.until_cycle) {
            (None, Some(nodes), _) => {
                let help = "leave it out; other events say it inside, as in `join = { nodes = 5 }`";
                Err(self.refuse(nodes.span(), "`at_nodes` means nothing without `suite`", help))
            }
            (Some(_), _, Some(until)) => {
                let help = "leave it out: the suite spreads by itself once it is in";
                Err(self.refuse(until.span(), "`until_cycle` means nothing with `suite`", help))
            }
            (Some(_), nodes, None) => {
                let nodes = nodes.as_ref().map_or(Ok(1), |nodes| self.count(nodes))?;
                Ok(Some(EventKind::Suite(0, nodes)))
            }
            (None, None, _) => Ok(None),
        }
    }

    fn event(
        &self,
        raw: &At<raw::Event>,
        run: &Run,
        (fleet, clouds): (&Fleet, &[Cloud]),
    ) -> Result<Option<Event>, Error> {
        let at_cycle = self.cycle(&raw.at_cycle, 1, run)?;
        let until_cycle = raw.until_cycle.as_ref().map(|until| self.cycle(until, 1, run)).transpose()?;
        if let (Some(first), Some(Some(last)), Some(until)) = (at_cycle, until_cycle, &raw.until_cycle)
            && last < first
        {
            let message = format!("`until_cycle` is {last}, before `at_cycle`, which is {first}");
            return Err(self.refuse(until.span(), message, "write the later cycle, or leave it out"));
        }
        let mut kinds = Vec::from_iter(self.suite_event(raw)?);
        if let Some(crash) = &raw.crash {
            kinds.push(EventKind::Crash(self.live(raw, "crash", crash, fleet)?));
        }
        if let Some(leave) = &raw.leave {
            kinds.push(EventKind::Leave(self.live(raw, "leave", leave, fleet)?));
        }
        if let Some(outage) = &raw.outage {
            let raw::Outage { cycles, share, nodes, class, region } = &**outage;
            let written = Written {
                place: raw.span(),
                key: "outage",
                share: share.as_ref(),
                nodes: nodes.as_ref(),
                class: class.as_ref(),
                region: region.as_ref(),
            };
            kinds.push(EventKind::Outage(self.group(&written, Order::Random, fleet)?, self.count(cycles)?));
        }
        if let Some(join) = &raw.join {
            let raw::Join { share, nodes, class, region, above } = &**join;
            if fleet.replay.is_some() {
                let help = "leave the event out, or let nodes come and go by their class";
                return Err(self.refuse(join.span(), "nobody can join a fleet that replays a trace", help));
            }
            let order = match above {
                Some(attribute) => Order::Above(self.drawn_attribute(attribute, fleet)?),
                None => Order::Random,
            };
            kinds.push(EventKind::Join(self.group(
                &Written {
                    place: raw.span(),
                    key: "join",
                    share: share.as_ref(),
                    nodes: nodes.as_ref(),
                    class: class.as_ref(),
                    region: region.as_ref(),
                },
                order,
                fleet,
            )?));
        }
        if let Some(scale) = &raw.scale {
            kinds.push(EventKind::Scale(self.scaling(raw, scale, fleet)?));
        }
        if let Some(bootstrap) = &raw.bootstrap {
            if !*bootstrap.anew {
                let help = "write `anew = true`, or leave the event out";
                return Err(self.refuse(bootstrap.anew.span(), "a topology goes on by itself", help));
            }
            kinds.push(EventKind::Bootstrap(bootstrap.app.as_ref().map(|app| (**app).clone())));
        }
        kinds.extend(
            raw.split.as_ref().map(|split| self.split(split, fleet, clouds).map(EventKind::Split)).transpose()?,
        );
        kinds.extend(raw.merge.as_ref().map(|merge| self.merge(merge, clouds).map(EventKind::Merge)).transpose()?);
        if let ([EventKind::Split(_) | EventKind::Merge(_)], Some(until)) = (&kinds[..], &raw.until_cycle)
            && until_cycle.flatten() != at_cycle
        {
            let message = format!("a {} happens once", kinds[0].name());
            return Err(self.refuse(until.span(), message, "leave `until_cycle` out"));
        }
        match (kinds.pop(), kinds.pop()) {
            (Some(kind), None) => Ok(at_cycle.map(|at_cycle| Event {
                at_cycle,
                until_cycle: match until_cycle {
                    None => at_cycle,
                    Some(until) => until.unwrap_or(run.cycles),
                },
                kind,
            })),
            (None, _) => {
                let help = "say what happens, as in `crash = { share = 0.5 }`: crash, leave, outage, join, scale, \
                     bootstrap, split, merge or suite";
                Err(self.refuse(raw.span(), "this event does nothing", help))
            }
            (Some(one), Some(other)) => {
                let message = format!("this event is both `{}` and `{}`", other.name(), one.name());
                Err(self.refuse(raw.span(), message, "write an [[event]] for each"))
            }
        }
    }

    /// Whether there are the topologies that are built anew: `is_there` says so of that of an application, or of the
    /// whole cloud.
    pub(super) fn begun_anew(
        &self,
        raw: &[At<raw::Event>],
        apps: &[String],
        is_there: impl Fn(Option<&str>) -> bool,
    ) -> Result<(), Error> {
        for bootstrap in raw.iter().filter_map(|event| event.bootstrap.as_ref()) {
            let app = bootstrap.app.as_ref();
            let key = if app.is_some() { "subcloud.topology" } else { "topology" };
            if let Some(app) = app.filter(|app| !apps.contains(*app)) {
                return Err(self.no_app(&(**app).clone().into(), app.span(), apps));
            }
            if !is_there(app.map(|app| &***app)) {
                let help = format!("add `{key} = {{ protocol = \"chord\" }}`, or leave the event out");
                return Err(self.refuse(bootstrap.span(), format!("no topology is built without `{key}`"), help));
            }
        }
        Ok(())
    }

    fn live(&self, event: &At<raw::Event>, key: &'static str, raw: &raw::Group, fleet: &Fleet) -> Result<Group, Error> {
        let order = self.order(raw.top.as_ref(), raw.bottom.as_ref(), fleet)?;
        let raw::Group { share, nodes, class, region, .. } = raw;
        self.group(
            &Written {
                place: event.span(),
                key,
                share: share.as_ref(),
                nodes: nodes.as_ref(),
                class: class.as_ref(),
                region: region.as_ref(),
            },
            order,
            fleet,
        )
    }

    /// Whose attribute is multiplied, and by what: that of all live nodes unless the event says more.
    fn scaling(&self, event: &At<raw::Event>, raw: &raw::Scale, fleet: &Fleet) -> Result<Scale, Error> {
        let raw::Scale { attribute, by, share, nodes, class, region, top, bottom } = raw;
        let order = self.order(top.as_ref(), bottom.as_ref(), fleet)?;
        let written = Written {
            place: event.span(),
            key: "scale",
            share: share.as_ref(),
            nodes: nodes.as_ref(),
            class: class.as_ref(),
            region: region.as_ref(),
        };
        let all = Group { size: Size::Share(1.0), class: None, region: None, order };
        let group = if written.says_how_many() { self.group(&written, order, fleet)? } else { all };
        Ok(Scale { group, attribute: self.drawn_attribute(attribute, fleet)?, by: self.positive(by)? })
    }

    pub(super) fn order(
        &self,
        top: Option<&At<String>>,
        bottom: Option<&At<String>>,
        fleet: &Fleet,
    ) -> Result<Order, Error> {
        match (top, bottom) {
            (None, None) => Ok(Order::Random),
            (Some(top), None) => self.attribute(top, &fleet.attributes).map(Order::Top),
            (None, Some(bottom)) => self.attribute(bottom, &fleet.attributes).map(Order::Bottom),
            (Some(_), Some(bottom)) => {
                Err(self.refuse(bottom.span(), "both `top` and `bottom` are given", "keep one of them"))
            }
        }
    }

    pub(super) fn group(&self, raw: &Written<'_>, order: Order, fleet: &Fleet) -> Result<Group, Error> {
        let size = match (raw.share, raw.nodes) {
            (Some(share), None) => Size::Share(self.fraction(share)?),
            (None, Some(nodes)) => Size::Nodes(self.whole(nodes, 0, u32::MAX.into())? as u32),
            (None, None) if raw.class.is_some() || raw.region.is_some() => Size::Share(1.0),
            (None, None) => {
                let help =
                    format!("give a share, a number, a class or a region, as in `{} = {{ share = 0.5 }}`", raw.key);
                return Err(self.refuse(raw.place.clone(), format!("`{}` does not say how many nodes", raw.key), help));
            }
            (Some(_), Some(nodes)) => {
                return Err(self.refuse(nodes.span(), "both `share` and `nodes` are given", "keep one of them"));
            }
        };
        let class = raw.class.map(|class| self.class_named(class, fleet.classes())).transpose()?;
        let region = raw.region.map(|written| {
            let region = [self.fraction(&written[0])?, self.fraction(&written[1])?];
            if region[0] > region[1] {
                let message = format!("a region from {} to {}", region[0], region[1]);
                return Err(self.refuse(written.span(), message, "write [from, to], fractions of the cloud"));
            }
            Ok(region)
        });
        Ok(Group { size, class, region: region.transpose()?, order })
    }

    fn class_named(&self, name: &At<String>, classes: &[Class]) -> Result<usize, Error> {
        classes.iter().position(|class| class.name == **name).ok_or_else(|| {
            let known: Vec<&str> = classes.iter().map(|class| class.name.as_str()).collect();
            let help = match &*known {
                [] => "this fleet has no classes".to_owned(),
                known => format!("the fleet has: {}", known.join(", ")),
            };
            self.refuse(name.span(), format!("no class is named \"{}\"", **name), help)
        })
    }

    /// An attribute that is drawn, so that it may be set.
    fn drawn_attribute(&self, name: &At<String>, fleet: &Fleet) -> Result<usize, Error> {
        let attribute = self.attribute(name, &fleet.attributes)?;
        if fleet.availability(attribute).is_some() {
            let message = format!("`{}` is the nodes' availability, which nobody can choose", **name);
            return Err(self.refuse(name.span(), message, "name another attribute"));
        }
        Ok(attribute)
    }
}
