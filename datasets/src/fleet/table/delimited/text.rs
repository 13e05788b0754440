//! Text at rest: compressed or not, in UTF-8 or UTF-16, read as UTF-8 without its mark.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use crate::fleet::table::kind::{FileKind, HEAD};

/// A text in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'p> {
    path: &'p Path,
    /// What the file is.
    kind: FileKind,
    /// What its text is, when it is unpacked.
    inner: FileKind,
}

/// Why there is no text.
#[derive(Debug)]
pub(super) enum NoText {
    /// The file cannot be read, or is not sound.
    Io(io::Error),
    /// It is no text, but this.
    Other(FileKind),
    /// What is packed in it is no text, but this.
    Packed(FileKind),
    /// A zip file that does not hold one file: those that it holds.
    Several(Vec<String>),
}

impl From<io::Error> for NoText {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<'p> Text<'p> {
    /// The text in a file of this kind.
    pub fn of(path: &'p Path, kind: FileKind) -> Result<Self, NoText> {
        let packed = Self { path, kind, inner: FileKind::Text };
        let inner = if packed.is_packed() {
            let head = packed.unpacked(|bytes| -> io::Result<Vec<u8>> {
                let mut head = Vec::new();
                bytes.take(HEAD as u64).read_to_end(&mut head)?;
                Ok(head)
            })??;
            FileKind::of(&head)
        } else {
            kind
        };
        match inner {
            FileKind::Text | FileKind::Utf16Le | FileKind::Utf16Be => Ok(Self { inner, ..packed }),
            other if packed.is_packed() => Err(NoText::Packed(other)),
            other => Err(NoText::Other(other)),
        }
    }

    /// Whether the file is compressed.
    pub fn is_packed(&self) -> bool {
        matches!(self.kind, FileKind::Gzip | FileKind::Zstd | FileKind::Zip)
    }

    /// Whether the text is in UTF-16.
    pub fn is_utf16(&self) -> bool {
        self.inner != FileKind::Text
    }

    /// Reads the text from its beginning.
    pub fn read<T>(&self, with: impl FnOnce(&mut dyn Read) -> T) -> Result<T, NoText> {
        self.unpacked(|bytes| match self.inner {
            FileKind::Utf16Le => with(&mut Utf16::new(bytes, u16::from_le_bytes)),
            FileKind::Utf16Be => with(&mut Utf16::new(bytes, u16::from_be_bytes)),
            _ => match without_mark(bytes) {
                Ok((head, length)) => with(&mut head[..length].chain(bytes)),
                Err(error) => with(&mut Failing(Some(error))),
            },
        })
    }

    fn unpacked<T>(&self, with: impl FnOnce(&mut dyn Read) -> T) -> Result<T, NoText> {
        let file = BufReader::with_capacity(1 << 16, File::open(self.path)?);
        Ok(match self.kind {
            FileKind::Gzip => with(&mut MultiGzDecoder::new(file)),
            FileKind::Zstd => with(&mut zstd::Decoder::with_buffer(file)?),
            FileKind::Zip => {
                let mut archive = ZipArchive::new(file).map_err(io::Error::from)?;
                let names = archive.file_names().map(|name| name.map(Cow::into_owned));
                let mut names = names.collect::<Result<Vec<String>, _>>().map_err(io::Error::from)?;
                // Beside what was packed there are folders, and what an operating system notes of its own.
                names.retain(|name| {
                    let last = name.rsplit('/').next().unwrap_or_default();
                    !last.is_empty() && !last.starts_with('.') && !name.starts_with("__MACOSX/")
                });
                let [name] = &names[..] else { return Err(NoText::Several(names)) };
                with(&mut archive.by_name(name).map_err(io::Error::from)?)
            }
            _ => with(&mut { file }),
        })
    }
}

/// The first three bytes, unless they are the mark of UTF-8, and how many they are.
fn without_mark(bytes: &mut dyn Read) -> io::Result<([u8; 3], usize)> {
    let (mut head, mut length) = ([0; 3], 0);
    while length < head.len() {
        match bytes.read(&mut head[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(if head[..length] == *b"\xef\xbb\xbf" { (head, 0) } else { (head, length) })
}

/// What fails to be read.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Text in UTF-16, read as UTF-8 without its mark.
struct Utf16<R> {
    units: R,
    unit: fn([u8; 2]) -> u16,
    /// A byte that waits for the other one of its unit.
    odd: Option<u8>,
    /// The first half of a letter of two units.
    half: Option<u16>,
    /// Letters that have not been read yet, from a place on.
    ready: Vec<u8>,
    read: usize,
    is_begun: bool,
}

impl<R: Read> Utf16<R> {
    fn new(units: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self { units, unit, odd: None, half: None, ready: Vec::new(), read: 0, is_begun: false }
    }

    /// Makes the next letters ready; there are none at the end.
    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = [0; 1 << 13];
        (self.read, self.ready) = (0, Vec::new());
        while self.ready.is_empty() {
            let count = self.units.read(&mut bytes)?;
            if count == 0 {
                let is_whole = self.odd.is_none() && self.half.is_none();
                return if is_whole { Ok(()) } else { Err(broken("it ends within a letter")) };
            }
            let odd = self.odd.take();
            let mut bytes = odd.into_iter().chain(bytes[..count].iter().copied());
            while let Some(first) = bytes.next() {
                let Some(second) = bytes.next() else {
                    self.odd = Some(first);
                    break;
                };
                self.letter((self.unit)([first, second]))?;
            }
        }
        Ok(())
    }

    fn letter(&mut self, unit: u16) -> io::Result<()> {
        const MARK: char = '\u{feff}';
        let units = self.half.take().into_iter().chain([unit]);
        match char::decode_utf16(units).next() {
            Some(Ok(MARK)) if !self.is_begun => {}
            Some(Ok(letter)) => self.ready.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Some(Err(_)) if (0xd800..0xdc00).contains(&unit) => self.half = Some(unit),
            _ => return Err(broken("a letter of two halves lacks one")),
        }
        self.is_begun = true;
        Ok(())
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("not sound UTF-16: {what}"))
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.ready.len() {
            self.fill()?;
        }
        let count = (&self.ready[self.read..]).read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::Utf16;

    /// Reads at most so many bytes at a time.
    struct Slow<'b>(&'b [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(self.1);
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn utf16_is_read_in_pieces_of_any_length() {
        const TEXT: &str = "größe;up\r\n😀;0,5\r\n";
        let bytes: Vec<u8> = "\u{feff}".encode_utf16().chain(TEXT.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for step in [1, 2, 3, 7, 100] {
            let mut text = String::new();
            Utf16::new(Slow(&bytes, step), u16::from_be_bytes).read_to_string(&mut text).unwrap();
            assert_eq!(text, TEXT, "{step}");
        }
        let mut text = String::new();
        let cut = Utf16::new(&bytes[..bytes.len() - 1], u16::from_be_bytes).read_to_string(&mut text);
        assert!(cut.unwrap_err().to_string().contains("ends within a letter"));
        let half = [0xd8, 0x3d, 0, b'a'];
        let half = Utf16::new(&half[..], u16::from_be_bytes).read_to_string(&mut text);
        assert!(half.unwrap_err().to_string().contains("lacks one"));
    }
}
