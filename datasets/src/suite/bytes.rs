//! Numbers and texts as they are signed: see [`encode`](super::encode()) for the format.

/// What is signed begins with the magic of its format: of format 2, with the id of a cloud behind it, or of format 1.
pub(super) fn begun(cloud: Option<[u8; 16]>, magic: &[u8], magic_1: &[u8]) -> Vec<u8> {
    cloud.map_or_else(|| magic_1.to_vec(), |id| [magic, &id].concat())
}

/// Puts a moment, or that there is none.
pub(super) fn put_moment(bytes: &mut Vec<u8>, moment: Option<i64>) {
    put_optional(bytes, moment.map(i64::to_be_bytes));
}

/// Puts the number of the things that follow.
pub(super) fn put_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend((count as u32).to_be_bytes());
}

/// Puts a text after the number of its bytes.
pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_count(bytes, text.len());
    bytes.extend(text.as_bytes());
}

/// Puts a text after a byte that says what it is.
pub(super) fn put_tagged_text(bytes: &mut Vec<u8>, tag: u8, text: &str) {
    bytes.push(tag);
    put_text(bytes, text);
}

/// Puts eight bytes, or that there are none.
pub(super) fn put_optional(bytes: &mut Vec<u8>, value: Option<[u8; 8]>) {
    match value {
        None => bytes.push(0),
        Some(value) => {
            bytes.push(1);
            bytes.extend(value);
        }
    }
}

/// Puts a number.
pub(super) fn put_number(bytes: &mut Vec<u8>, value: f64) {
    bytes.extend(number(value));
}

/// Bytes of a number.
pub(super) fn number(value: f64) -> [u8; 8] {
    (value + 0.0).to_bits().to_be_bytes()
}
