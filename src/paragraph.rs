//! Text in lines that fit a terminal.

/// The most characters of a line.
pub const WIDTH: usize = 80;

/// A text in lines of at most [`WIDTH`] characters, the first after so many blanks, the others after so many; longer
/// words stay whole.
pub fn paragraph(text: &str, [first, others]: [usize; 2]) -> String {
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    for word in text.split_whitespace() {
        let is_empty = line.trim().is_empty();
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(others)));
        } else if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}
