//! What a protocol is.

use std::fmt::Debug;

use super::around::Turn;
use super::members::Members;
use super::record::Record;

/// A protocol among members, a cycle after the other:
///
/// ```text
/// each member: begin_cycle
/// each member, in random order: partner; with whom it names: exchange
/// each member: end_of_cycle
/// ```
///
/// What it does may depend on a member's own record, in an exchange on the partner's, and on what its [`Turn`] tells:
/// on nothing else. So a run is the same bits for any number of threads.
pub trait Protocol: Debug + Send + Sync + 'static {
    /// What a member keeps.
    type Record: Record + ?Sized;

    /// Cells of a record: 1 for a struct, the length of a slice.
    fn cells(&self) -> usize {
        1
    }

    /// Bytes of a request, and of its reply, beside what exchanges tell themselves ([`Turn::told`]): by default those
    /// of a record.
    fn wire_bytes(&self) -> [u64; 2] {
        [(self.cells() * size_of::<<Self::Record as Record>::Cell>()) as u64; 2]
    }

    /// A member begins with nothing but zeros in its record: the run begins, or the member has just come.
    fn init(&self, own: &mut Self::Record, turn: &mut Turn<'_>);

    /// A member comes while the run goes on: by default as if it had been there from the start.
    fn join(&self, own: &mut Self::Record, turn: &mut Turn<'_>) {
        self.init(own, turn);
    }

    /// A member goes and has time to say so; nobody calls this when it crashes. Its record is given to nobody.
    fn leave(&self, _own: &mut Self::Record, _turn: &mut Turn<'_>) {}

    /// A cycle begins: nobody has met yet.
    fn begin_cycle(&self, _own: &mut Self::Record, _turn: &mut Turn<'_>) {}

    /// Whom a member meets when its turn has come, if anybody: by default a random one of those that it knows. Somebody
    /// who is no member does not answer.
    fn partner(&self, _own: &mut Self::Record, turn: &mut Turn<'_>) -> Option<u32> {
        turn.sample()
    }

    /// Two members meet. Where the reply is lost ([`Pair::is_reply_lost`]) the initiator must stay as it is. A request
    /// that is lost is none, and is not seen here.
    fn exchange(&self, pair: &mut Pair<'_, '_, Self::Record>);

    /// A cycle is over.
    fn end_of_cycle(&self, _own: &mut Self::Record, _turn: &mut Turn<'_>) {}

    /// The next hop of a request for a key, which a member has got; `None` if the protocol answers no requests.
    fn hop(&self, _members: &Members<'_, Self::Record>, _node: u32, _key: u32, _reach: &mut Reach<'_>) -> Option<Hop> {
        None
    }

    /// Those whom a member knows to stand behind it, the nearest first, if the protocol answers requests.
    fn behind(&self, _members: &Members<'_, Self::Record>, _node: u32) -> Vec<u32> {
        Vec::new()
    }

    /// Where members stand, ascending, and who they are, if the protocol answers requests.
    fn stands(&self, _members: &Members<'_, Self::Record>) -> Vec<(u32, u32)> {
        Vec::new()
    }

    /// The names of what is measured.
    fn measures(&self) -> &'static [&'static str] {
        &[]
    }

    /// What is measured of all members, a value for each name.
    fn measure(&self, _members: &Members<'_, Self::Record>) -> Vec<f64> {
        Vec::new()
    }
}

/// Two members that meet.
#[derive(Debug)]
pub struct Pair<'p, 'a, R: ?Sized> {
    /// What the initiator keeps.
    pub own: &'p mut R,
    /// What its partner keeps.
    pub other: &'p mut R,
    /// The partner.
    pub other_node: u32,
    /// Whether the reply is lost: then the partner changes, and the initiator does not.
    pub is_reply_lost: bool,
    /// What the initiator finds around it; its random numbers are those of the exchange.
    pub turn: &'p mut Turn<'a>,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// To a node, which sends it on.
    To(u32),
    /// To a node, which is taken for the owner of the key.
    Last(u32),
    /// Nowhere: the member that has it is taken for the owner of the key.
    Here,
    /// Nowhere: whoever the member knows that could send it on is dead.
    Stuck,
}

/// Whom a request reaches: who is a member, unless the request or its answer is lost.
pub struct Reach<'r> {
    /// Whether it reaches a node.
    pub tries: &'r mut dyn FnMut(u32) -> bool,
    /// How often it did not.
    pub timeouts: u32,
}

impl Reach<'_> {
    /// Whether a request reaches a node.
    pub fn answers(&mut self, node: u32) -> bool {
        let answers = (self.tries)(node);
        self.timeouts += u32::from(!answers);
        answers
    }
}
