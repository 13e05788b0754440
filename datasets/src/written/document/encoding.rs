//! Bytes of a file as text: UTF-8, be it with a byte order mark; other encodings are recognised and refused.

/// Why bytes are no text, on which line, and what to do about it.
pub(super) struct Foreign {
    pub line: Option<u64>,
    pub message: String,
    pub remedy: &'static str,
}

/// What to do about a text in another encoding.
const SAVE: &str = "save the file as UTF-8: in the editor, \"Save as\" and the encoding UTF-8; in PowerShell, \
    Set-Content -Encoding utf8";

/// How many bytes tell the encoding.
const TELLING: usize = 1024;

/// The text that the bytes are in UTF-8.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, Foreign> {
    if let Some(name) = utf16(&bytes) {
        let message = format!("the text is in {name}, expected UTF-8");
        return Err(Foreign { line: None, message, remedy: SAVE });
    }
    String::from_utf8(bytes).map_err(|error| {
        let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let byte = bytes[at];
        if bytes.contains(&0) {
            let message = "this is no text: it holds bytes of 0".to_owned();
            return Foreign { line: None, message, remedy: "give the path of a file in TOML" };
        }
        let before = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() as u64;
        let message =
            format!("the byte {byte:#04X} is no UTF-8: the text is in another encoding, such as Windows-1252");
        Foreign { line: Some(before + 1), message, remedy: SAVE }
    })
}

/// The name of the UTF-16 that bytes are in: by their mark, or since every second byte is 0.
fn utf16(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some("UTF-16 (little-endian)"),
        [0xFE, 0xFF, ..] => return Some("UTF-16 (big-endian)"),
        _ => {}
    }
    let pairs = || bytes[..bytes.len().min(TELLING)].as_chunks().0.iter();
    let zeros = |which: usize| pairs().filter(|pair: &&[u8; 2]| pair[which] == 0).count();
    // In a scenario nearly all letters are Latin.
    let (first, second) = (zeros(0), zeros(1));
    let most = |some: usize, other: usize| other == 0 && some > 0 && some * 10 >= pairs().count() * 9;
    if most(second, first) {
        Some("UTF-16 (little-endian)")
    } else if most(first, second) {
        Some("UTF-16 (big-endian)")
    } else {
        None
    }
}
