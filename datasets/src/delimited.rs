//! Comma-separated values, for programs that read nothing else.

/// A header and rows as text, as RFC 4180 has it but for the ends of lines: cells are in quotes where they need them.
/// Nothing without columns.
pub fn text<R>(header: &[&str], rows: impl Iterator<Item = R>) -> String
where
    R: Iterator<Item = String>,
{
    if header.is_empty() {
        return String::new();
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Memory refuses nothing, and rows are as long as the header.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
