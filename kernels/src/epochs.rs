//! The tag of a node: in which epoch it is, and whether it takes part in it.

/// The bits of a tag that are the number of the epoch.
pub const EPOCH: u8 = 0x3f;
/// The bit of a tag by which a node sits out the epoch.
pub const SITS: u8 = 0x40;
/// The bit of a tag by which a node does not belong to those among whom something is aggregated.
pub const OUTSIDE: u8 = 0x80;

/// What became of the exchange that a node started, beside a request or a reply that is lost: the initiator restarts.
pub const INITIATOR_RESTARTS: u8 = 4;
/// The partner restarts before the exchange.
pub const PARTNER_RESTARTS: u8 = 8;
/// The node itself restarts, or has restarted in this pass.
pub const RESTARTS: u8 = 0x80;

/// A node's tag, and what became of the exchange that it started.
pub type Tag = [u8; 2];

/// The number of an epoch in a tag.
#[must_use]
pub fn numbered(epoch: u32) -> u8 {
    epoch as u8 & EPOCH
}

/// Whether an epoch is newer than another: by up to 31, as far as a tag can tell.
#[must_use]
pub fn is_newer(tag: u8, than: u8) -> bool {
    (1..=EPOCH / 2).contains(&(tag.wrapping_sub(than) & EPOCH))
}

/// Whether a node takes part in the epoch of its tag.
#[must_use]
pub fn takes_part(tag: u8) -> bool {
    tag & (SITS | OUTSIDE) == 0
}

/// Whether a node takes part in the epoch of a number; all do where nobody keeps tags.
#[must_use]
pub fn is_in(tag: Option<Tag>, epoch: u8) -> bool {
    tag.is_none_or(|[tag, _]| takes_part(tag) && tag & EPOCH == epoch)
}
