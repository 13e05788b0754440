use std::fs::{self, File};
use std::path::Path;

use datasets::trace::{Table, Writer};
use parquet::basic::Encoding;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::tempdir;

use crate::fixture;

#[test]
fn the_same_rows_give_the_same_bytes() {
    let (first, second) = (tempdir().unwrap(), tempdir().unwrap());
    fixture::write(first.path());
    fixture::write(second.path());
    let names = fixture::files(first.path());
    assert_eq!(names, fixture::files(second.path()));
    for name in names {
        assert_eq!(fs::read(first.path().join(&name)).unwrap(), fs::read(second.path().join(&name)).unwrap());
    }
}

#[test]
fn batches_of_a_snapshot_do_not_show_in_the_bytes() {
    let write = |out: &Path, pieces: &[u32]| {
        let mut writer = Writer::create(out, fixture::meta(), false).unwrap();
        for piece in pieces.windows(2) {
            writer.nodes(&fixture::nodes(3, piece[0]..piece[1])).unwrap();
        }
        let finished = writer.finish("{}").unwrap();
        fs::read(&finished.files[0].path).unwrap()
    };
    let (first, second) = (tempdir().unwrap(), tempdir().unwrap());
    let whole = write(first.path(), &[0, 250_000]);
    let pieces = write(second.path(), &[0, 1, 65_536, 122_880, 200_000, 250_000]);
    assert!(whole == pieces, "bytes differ");
}

#[test]
fn encodings_follow_the_types() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    for file in &finished.files {
        let reader = SerializedFileReader::new(File::open(&file.path).unwrap()).unwrap();
        for group in reader.metadata().row_groups() {
            for column in group.columns() {
                let encodings: Vec<Encoding> = column.encodings().collect();
                let expected = match column.column_type() {
                    parquet::basic::Type::INT32 | parquet::basic::Type::INT64 => Encoding::DELTA_BINARY_PACKED,
                    parquet::basic::Type::FLOAT | parquet::basic::Type::DOUBLE => Encoding::BYTE_STREAM_SPLIT,
                    parquet::basic::Type::BOOLEAN => Encoding::RLE,
                    _ => Encoding::RLE_DICTIONARY,
                };
                assert!(encodings.contains(&expected), "{} of {:?}: {encodings:?}", column.column_path(), file.table);
            }
        }
    }
}

#[test]
fn the_worst_value_where_no_node_was_held_is_null() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    let file = finished.files.iter().find(|file| file.table == Table::Breaches).unwrap();
    let reader = SerializedFileReader::new(File::open(&file.path).unwrap()).unwrap();
    let columns = reader.metadata().row_group(0).columns();
    let with_nulls: Vec<String> = columns
        .iter()
        .filter(|column| column.statistics().unwrap().null_count_opt() == Some(1))
        .map(|column| column.column_path().string())
        .collect();
    assert_eq!((file.rows, with_nulls), (2, vec!["worst_value".to_owned()]));
}

#[test]
fn row_groups_have_122_880_rows() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), fixture::meta(), false).unwrap();
    writer.nodes(&fixture::nodes(0, 0..150_000)).unwrap();
    writer.nodes(&fixture::nodes(1, 0..150_000)).unwrap();
    let finished = writer.finish("{}").unwrap();
    let reader = SerializedFileReader::new(File::open(&finished.files[0].path).unwrap()).unwrap();
    let rows: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(rows, [122_880, 122_880, 54_240]);
}
