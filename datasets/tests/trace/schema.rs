use std::collections::BTreeSet;
use std::fs::File;

use datasets::trace::{Kind, Table, schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::tempdir;

use crate::fixture;

#[test]
fn every_file_has_exactly_the_columns_types_and_nulls_that_the_schema_tells() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    let tables = schema(&fixture::meta().attributes);
    assert_eq!(finished.files.len(), tables.len(), "the fixture has a row in every table");
    for file in &finished.files {
        let told = tables.iter().find(|table| table.name == file.table.name()).unwrap();
        // The fixture has gradients 0 and 1, and an aggregate.
        let filled = |name: &str| name.replace("<gradient>", "1").replace("<aggregate>", "size p99.9");
        let names = told.columns.iter().map(|column| filled(&column.name));
        let kinds = told.columns.iter().map(|column| (column.kind, column.is_nullable));
        let told: Vec<_> = names.zip(kinds).collect();
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&file.path).unwrap()).unwrap();
        let fields = reader.schema().fields();
        let found: Vec<_> =
            fields.iter().map(|field| (field.name().clone(), (kind(field), field.is_nullable()))).collect();
        assert_eq!(found, told, "{}", file.table.name());
    }
}

/// The kind of a column as a reader finds it.
fn kind(field: &arrow_schema::Field) -> Kind {
    use arrow_schema::DataType;
    match field.data_type() {
        DataType::UInt32 => Kind::Count32,
        DataType::UInt64 => Kind::Count64,
        DataType::Float64 => Kind::Measure,
        DataType::Float32 => Kind::Value,
        DataType::Boolean => Kind::Flag,
        // Names of applications of nodes are kept as numbers of names.
        DataType::Utf8 | DataType::Dictionary(..) => Kind::Name,
        other => panic!("{} is {other}", field.name()),
    }
}

#[test]
fn every_table_and_column_is_told_once_in_a_sentence() {
    let tables = schema(&["<attribute>".to_owned()]);
    let names: BTreeSet<&str> = tables.iter().map(|table| table.name).collect();
    assert_eq!((names.len(), Table::ALL.len()), (tables.len(), tables.len()), "a table is there twice, or missing");
    for table in &tables {
        assert!(is_sentence(table.row), "{}: {}", table.name, table.row);
        let names: BTreeSet<String> = table.columns.iter().map(|column| column.name.to_lowercase()).collect();
        assert_eq!(names.len(), table.columns.len(), "{} has a column twice", table.name);
        for column in &table.columns {
            assert!(is_sentence(column.meaning), "{}.{}: {}", table.name, column.name, column.meaning);
        }
    }
}

/// Whether a text can stand as a sentence in a cell of a table.
fn is_sentence(text: &str) -> bool {
    let is_apart = text.contains(['|', '\n']) || text.contains("  ");
    text.starts_with(char::is_uppercase) && text.ends_with('.') && !is_apart
}
