//! What every application gets inside: contacts through which those who belong to it find each other, and an overlay of
//! its own.

use super::Sampling;
use super::choices::choices;

/// What every application gets inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Subcloud {
    /// How the members of an application meet. They meet one by one and in order, and the view of whoever joins holds
    /// nobody: what [`Sampling`] says of pairing, of views at the start and of contacts is that of the default.
    pub sampling: Sampling,
    /// How those who belong to an application find others.
    pub contacts: Contacts,
    /// Who is in the overlay of an application when the run begins.
    pub start: Opening,
    /// Nodes that hold a new application by decree, at least 1.
    pub seeds: u32,
    /// What a node must fetch from others before it runs an application; `None` if it runs at once.
    pub code: Option<Code>,
}

/// The code of an application, which its members send each other chunk by chunk.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// Bytes of all chunks, at least 1.
    pub bytes: u64,
    /// Chunks, 1 to 64.
    pub chunks: u32,
    /// Chunks that either of two members sends the other when they meet, at least 1.
    pub per_exchange: u32,
}

/// How those who belong to an application find others.
#[derive(Clone, Debug, PartialEq)]
pub struct Contacts {
    /// How contacts become known.
    pub protocol: ContactsProtocol,
    /// Contacts of each application that a node keeps, at least 1.
    pub keep: u32,
    /// Nodes that a contact lets in a cycle, at least 1.
    pub accept: u32,
    /// Probability that a member meets one of its contacts in a cycle, instead of an entry of its view.
    pub share: f64,
}

choices! {
    /// How contacts become known.
    ContactsProtocol {
        /// Members publish themselves: whoever meets tells the other its contacts, and the youngest are kept.
        Gossip = "gossip",
        /// A uniform random member, drawn fresh, as no node of a real cloud knows it.
        Oracle = "oracle",
    }

    /// Who is in the overlay of an application when the run begins.
    Opening {
        /// Those whom the first version of the suite assigns to it, with random views and contacts.
        Settled = "settled",
        /// Its seeds alone.
        Launch = "launch",
    }
}
