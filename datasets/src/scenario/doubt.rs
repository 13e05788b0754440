//! What a scenario may say, but is hardly meant to.

use super::{Sampling, SamplingProtocol, Scenario, SlicingProtocol};

/// Something that a scenario may say, but is hardly meant to: the run is valid, and shows little.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Doubt {
    /// What will happen.
    pub message: String,
    /// What to write instead.
    pub remedy: String,
}

impl Scenario {
    /// What is hardly meant: views that do not hold a cloud together, and epochs that are longer than the run.
    ///
    /// ```
    /// # fn main() -> Result<(), datasets::Error> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("plan.toml");
    /// std::fs::write(&path, "
    ///     run = { nodes = 1000, cycles = 10 }
    ///     fleet.class = [{ name = 'phone', share = 1, attributes.disk = 1 }]
    ///     sampling = { protocol = 'newscast', view = 8 }
    ///     aggregate = [{ name = 'nodes', function = 'count' }]
    /// ").unwrap();
    /// let doubts = datasets::scenario::read(&path, &[])?.doubts();
    /// assert!(doubts[0].message.starts_with("views of 8 are too short for newscast"));
    /// assert_eq!(doubts[1].remedy, "run at least 226 cycles, or give `epoch_cycles` of at most 10");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn doubts(&self) -> Vec<Doubt> {
        self.short_view().into_iter().chain(self.short_view_inside()).chain(self.long_epochs()).collect()
    }

    /// A view that does not hold an application together. Contacts mend what falls apart, if members call them.
    fn short_view_inside(&self) -> Option<Doubt> {
        let Sampling { protocol, view, healing, .. } = self.subcloud.as_ref()?.sampling;
        let least = holding_view(protocol, healing);
        (view < least && view + 1 < self.run.nodes).then(|| Doubt {
            message: format!(
                "views of {view} are too short for {protocol} inside applications: their overlays fall into parts, \
                 which contacts alone bring together again (`subcloud.contacts.share`)"
            ),
            remedy: format!("give `subcloud.sampling.view` of at least {least}, or choose `protocol = \"cyclon\"`"),
        })
    }

    /// A view that does not hold the cloud together. Nodes that all know each other stay together.
    fn short_view(&self) -> Option<Doubt> {
        let least = holding_view(self.sampling.protocol, self.sampling.healing).min(self.run.nodes - 1);
        let (view, protocol) = (self.sampling.view, self.sampling.protocol);
        (view < least).then(|| Doubt {
            message: format!(
                "views of {view} are too short for {protocol}: the cloud may fall into parts that never meet again, \
                 each with its own aggregates and ranks"
            ),
            remedy: format!("give `sampling.view` of at least {least}, or choose `protocol = \"cyclon\"`"),
        })
    }

    /// Epochs of which not even the first ends. The count on which absolute requests rest is not among them: until its
    /// first epoch ends, nodes go by the number that they are told.
    fn long_epochs(&self) -> impl Iterator<Item = Doubt> {
        let by_slicing = (self.slicing.protocol == SlicingProtocol::Quantile)
            .then(|| ("of slicing by quantiles".to_owned(), self.slicing.epoch_cycles));
        let told = self.counter().filter(|_| self.needs_size());
        let others = self.aggregates.iter().enumerate().filter(move |&(number, _)| Some(number) != told);
        let by_aggregate = others.filter_map(|(_, aggregate)| {
            aggregate.epochs.map(|epochs| (format!("of the aggregate `{}`", aggregate.name), epochs.cycles))
        });
        let given = self.run.cycles;
        let is_long = move |(_, epoch): &(String, u32)| *epoch > given;
        by_slicing.into_iter().chain(by_aggregate).filter(is_long).map(move |(whose, epoch)| Doubt {
            message: format!("an epoch {whose} takes {epoch} cycles, and the run {given}: nodes find no result"),
            remedy: format!("run at least {epoch} cycles, or give `epoch_cycles` of at most {given}"),
        })
    }
}

/// The shortest view that holds a cloud together, 1 where any does. Clouds of 30 to 20,000 nodes were run for 300
/// cycles without churn: those with shorter views end in several parts, those of Cyclon and without healing in one even
/// with views of 2. `bench/RECORD.md` has how many parts.
fn holding_view(protocol: SamplingProtocol, healing: u32) -> u32 {
    match protocol {
        SamplingProtocol::Newscast => 16,
        SamplingProtocol::Generic if healing > 0 => 12,
        SamplingProtocol::Window => 8,
        SamplingProtocol::Generic | SamplingProtocol::Cyclon | SamplingProtocol::Oracle | SamplingProtocol::Static => 1,
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario;

    /// The messages of a scenario of 1,000 nodes and 30 cycles.
    fn messages(keys: &str) -> Vec<String> {
        let text = format!(
            "run = {{ nodes = 1000, cycles = 30 }}\n\
             fleet.class = [{{ name = \"any\", share = 1, attributes.x = {{ uniform = [0, 1] }} }}]\n{keys}"
        );
        let read = scenario::parse("any.toml".as_ref(), &text, &[]).unwrap();
        read.doubts().into_iter().map(|doubt| doubt.message).collect()
    }

    #[test]
    fn views_that_fall_apart_are_doubted_and_others_are_not() {
        let doubted = ["newscast\"\nview = 15", "generic\"\nhealing = 1\nview = 11", "window\"\nview = 7"];
        let held = [
            "newscast\"\nview = 16",
            "generic\"\nhealing = 1\nview = 12",
            "generic\"\nhealing = 0\nview = 2",
            "cyclon\"\nview = 2",
            "window\"\nview = 8",
            "oracle\"\nview = 1",
        ];
        let of = |keys: &str| messages(&format!("[sampling]\nprotocol = \"{keys}"));
        for keys in doubted {
            assert_eq!(of(keys).len(), 1, "{keys}");
        }
        for keys in held {
            assert!(of(keys).is_empty(), "{keys}");
        }
    }

    #[test]
    fn views_inside_applications_that_fall_apart_are_doubted() {
        let of = |sampling: &str| {
            let suite = "[[suite.app]]\nname = \"a\"\nshare = 0.5\n";
            messages(&format!("{suite}[subcloud]\nsampling = {{ {sampling} }}"))
        };
        let [message] = &*of("protocol = \"newscast\", view = 10") else { panic!("one doubt") };
        assert!(message.contains("views of 10 are too short for newscast inside applications"), "{message}");
        assert!(of("protocol = \"newscast\", view = 16").is_empty() && of("protocol = \"cyclon\"").is_empty());
    }

    #[test]
    fn an_epoch_longer_than_the_run_is_doubted_whatever_restarts() {
        let count = |cycles: u32| {
            messages(&format!("[[aggregate]]\nname = \"n\"\nfunction = \"count\"\nepoch_cycles = {cycles}"))
        };
        assert!(count(30).is_empty());
        assert_eq!(count(31), ["an epoch of the aggregate `n` takes 31 cycles, and the run 30: nodes find no result"]);
        // A suite that asks for a number of nodes needs a count, and has it by what nodes are told.
        let lossy = "network.request_loss = 0.9\nsuite = { version = 1, app = [{ name = \"a\", nodes = 9 }] }";
        assert!(messages(lossy).is_empty());
        let slicing = messages("slicing = { protocol = \"quantile\", epoch_cycles = 31 }");
        assert_eq!(slicing, ["an epoch of slicing by quantiles takes 31 cycles, and the run 30: nodes find no result"]);
    }
}
