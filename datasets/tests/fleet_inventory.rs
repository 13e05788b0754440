//! Inventories: what is read, and what is refused with which words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray, UInt8Array};
use datasets::scenario::{Inventory, InventoryColumn};
use datasets::{Error, Kind};
use flate2::{Compression, write::GzEncoder};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as Codec, ZstdLevel};
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

const GOOD: &str = "name,up,speed\na,0.5,1000000\nb, 0.25 ,-3e6\nc,1,0\n";

fn column(name: &str, scale: f64) -> InventoryColumn {
    InventoryColumn { scale, ..InventoryColumn::new(name) }
}

/// The columns `up` and `speed`, in another order than in the file, one of them scaled.
fn inventory(path: PathBuf) -> Inventory {
    Inventory { path, decimal: None, columns: vec![column("speed", 8e-6), column("up", 1.0)] }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> Inventory {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    inventory(path)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>, codec: Codec) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
            .unwrap();
    let properties = WriterProperties::builder().set_compression(codec).build();
    let file = fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn expect_good(inventory: &Inventory) {
    let table = inventory.read().unwrap();
    assert_eq!(table.rows, 3);
    assert_eq!(table.columns, [[8.0_f32, -24.0, 0.0], [0.5, 0.25, 1.0]]);
}

/// The refusal of a csv text, which must contain the words.
fn refusal(text: &str, words: &str) -> Error {
    let folder = folder();
    let error = written(&folder, "nodes.csv", text.as_bytes()).read().unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.help().is_some(), "{error}");
    assert_eq!(error.kind(), Kind::Data);
    error
}

#[test]
fn csv_plain_and_compressed_is_read_and_scaled() {
    let folder = folder();
    expect_good(&written(&folder, "nodes.csv", GOOD.as_bytes()));
    expect_good(&written(&folder, "nodes.csv.gz", &gzip(GOOD)));
}

#[test]
fn gzip_of_several_members_is_read_to_its_end() {
    let folder = folder();
    let (first, second) = GOOD.split_at(20);
    expect_good(&written(&folder, "nodes.csv.gz", &[gzip(first), gzip(second)].concat()));
}

#[test]
fn spreadsheet_exports_with_byte_order_mark_and_crlf_are_read() {
    let folder = folder();
    let text = "\u{feff}up\r\n0.5\r\n0.25\r\n1\r\n";
    let mut inventory = written(&folder, "nodes.csv", text.as_bytes());
    inventory.columns = vec![column("up", 1.0)];
    assert_eq!(inventory.read().unwrap().columns, [[0.5_f32, 0.25, 1.0]]);
}

#[test]
fn parquet_of_any_numeric_type_and_codec_is_read() {
    let folder = folder();
    let path = folder.path().join("nodes.parquet");
    for codec in [
        Codec::UNCOMPRESSED,
        Codec::SNAPPY,
        Codec::GZIP(parquet::basic::GzipLevel::default()),
        Codec::LZ4_RAW,
        Codec::ZSTD(ZstdLevel::default()),
    ] {
        let up: ArrayRef = Arc::new(Float64Array::from(vec![0.5, 0.25, 1.0]));
        let speed: ArrayRef = Arc::new(Int32Array::from(vec![1_000_000, -3_000_000, 0]));
        let name: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
        parquet(&path, vec![("name", name), ("up", up), ("speed", speed)], codec);
        expect_good(&inventory(path.clone()));
    }
    let bytes: ArrayRef = Arc::new(UInt8Array::from(vec![1, 255]));
    parquet(&path, vec![("cores", bytes)], Codec::UNCOMPRESSED);
    let cores = Inventory { path, decimal: None, columns: vec![column("cores", 2.0), column("cores", 1.0)] };
    assert_eq!(cores.read().unwrap().columns, [[2.0_f32, 510.0], [1.0, 255.0]]);
}

#[test]
fn a_missing_column_is_named_with_those_there_are() {
    let error = refusal("name,up\na,1\n", ":1: there is no column `speed`; the columns are: name, up");
    assert_eq!((error.key(), error.line()), (Some("speed"), Some(1)));
    refusal("up,speed,up\n1,2,3\n", "two columns are named `up`");
}

#[test]
fn a_cell_that_is_no_number_is_named_by_row_line_and_column() {
    let cells = [
        ("", "is empty"),
        ("NaN", "is \"NaN\""),
        ("inf", "is \"inf\""),
        ("n/a", "is \"n/a\""),
        ("1e39", "is \"1e39\""),
        ("1.5 GB", "is \"1.5 GB\""),
    ];
    for (cell, found) in cells {
        let text = format!("name,up,speed\n\"a\nb\",1,1\nc,{cell},1\n");
        let error = refusal(&text, &format!("nodes.csv:4: row 2, column `up` {found}, expected a finite number"));
        assert_eq!(error.key(), Some("up"));
    }
}

#[test]
fn a_value_that_overflows_by_its_scale_is_refused() {
    let folder = folder();
    let mut inventory = written(&folder, "nodes.csv", b"up\n3e38\n");
    inventory.columns = vec![column("up", 10.0)];
    assert!(inventory.read().unwrap_err().to_string().contains("row 1, column `up` is \"3e38\""));
}

#[test]
fn ragged_rows_are_refused_with_their_line() {
    refusal("name,up,speed\na,1,1\nb,2\n", "nodes.csv:3: row 2 has 2 cells, expected 3 as in the header");
    refusal("name,up,speed\na,1,1,000\n", "nodes.csv:2: row 1 has 4 cells, expected 3 as in the header");
}

#[test]
fn an_inventory_without_rows_is_refused() {
    refusal("name,up,speed\n", "the table has no rows");
    refusal("", "this is empty, expected csv or Parquet");
}

#[test]
fn rows_without_any_value_are_left_out_but_not_of_a_table_of_one_column() {
    let folder = folder();
    let read = |text: &str| {
        let path = folder.path().join("nodes.csv");
        fs::write(&path, text).unwrap();
        Inventory { path, decimal: None, columns: vec![column("up", 1.0)] }.read()
    };
    assert_eq!(read("up,load\n1,2\n,\n  \n\n3,4\n").unwrap().columns, [[1.0_f32, 3.0]]);
    let error = read("up\n1\n\"\"\n2\n").unwrap_err().to_string();
    assert!(error.contains("nodes.csv:3: row 2, column `up` is empty"), "{error}");
}

#[test]
fn a_truncated_gzip_is_refused() {
    let folder = folder();
    let rows: Vec<String> = (0..20_000).map(|i| format!("n{i},{},{}\n", f64::from(i) / 7.0, i * 31)).collect();
    let whole = gzip(&format!("name,up,speed\n{}", rows.concat()));
    let error = written(&folder, "cut.csv.gz", &whole[..whole.len() / 2]).read().unwrap_err();
    assert!(error.to_string().contains("the compressed file ends too early, after "), "{error}");
    assert!(error.help().unwrap().contains("cut short"));
    // What a file is its first bytes say, whatever its name.
    expect_good(&written(&folder, "plain.csv.gz", GOOD.as_bytes()));
    expect_good(&written(&folder, "packed.csv", &gzip(GOOD)));
}

#[test]
fn a_truncated_gzip_that_ends_at_the_last_byte_is_refused_too() {
    let folder = folder();
    let whole = gzip(GOOD);
    assert!(written(&folder, "cut.csv.gz", &whole[..whole.len() - 1]).read().is_err());
}

#[test]
fn a_broken_parquet_file_is_refused() {
    let folder = folder();
    let path = folder.path().join("nodes.parquet");
    let values: ArrayRef = Arc::new(Float64Array::from_iter_values((0..5_000).map(|i| f64::from(i) / 3.0)));
    parquet(&path, vec![("up", values.clone()), ("speed", values)], Codec::SNAPPY);
    let bytes = fs::read(&path).unwrap();
    for broken in [&bytes[..bytes.len() / 2], b"PAR1", b"", b"up,speed\n1,2\n"] {
        let error = written(&folder, "broken.parquet", broken).read().unwrap_err();
        assert!(error.to_string().contains("not a sound Parquet file"), "{error}");
        assert!(error.help().is_some());
    }
}

#[test]
fn nulls_nan_and_text_in_parquet_are_refused() {
    let folder = folder();
    let path = folder.path().join("nodes.parquet");
    let refused = |column_of: ArrayRef| {
        parquet(&path, vec![("up", column_of)], Codec::UNCOMPRESSED);
        Inventory { path: path.clone(), decimal: None, columns: vec![column("up", 1.0)] }
            .read()
            .unwrap_err()
            .to_string()
    };
    let null = refused(Arc::new(Float64Array::from(vec![Some(1.0), None])));
    assert!(null.contains("row 2, column `up` is \"null\", expected a finite number"), "{null}");
    let nan = refused(Arc::new(Float64Array::from(vec![1.0, 2.0, f64::NAN])));
    assert!(nan.contains("row 3, column `up` is \"NaN\""), "{nan}");
    let text = refused(Arc::new(StringArray::from(vec!["1", "two"])));
    assert!(text.contains("row 2, column `up` is \"two\", expected a finite number"), "{text}");
}

#[test]
fn a_file_that_cannot_be_read_or_has_no_known_format_is_refused() {
    let folder = folder();
    let missing = inventory(folder.path().join("none.csv")).read().unwrap_err();
    assert_eq!(missing.kind(), Kind::Unreadable);
    assert!(missing.to_string().contains("cannot read the table"), "{missing}");
    let unknown = written(&folder, "nodes.xlsx", b"PK\x03\x04\x14\0\0\0[Content_Types].xml").read().unwrap_err();
    assert!(unknown.to_string().contains("this is an Excel workbook, expected csv or Parquet"), "{unknown}");
    assert_eq!(unknown.help(), Some("save the sheet as csv"));
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    let directory = inventory(folder.path().join("folder.csv")).read().unwrap_err();
    assert_eq!(directory.kind(), Kind::Unreadable, "{directory}");
}

#[test]
fn the_tor_fleet_has_its_known_figures() {
    let root = std::env::var_os("SUBCLOUD_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let path = root.join("tor_fleet/fleet.csv.gz");
    if !path.exists() {
        eprintln!("skipped: there is no {}; set SUBCLOUD_DATA", path.display());
        return;
    }
    let columns = vec![column("availability", 1.0), column("bandwidth_mbps", 1.0)];
    let table = Inventory { path, decimal: None, columns }.read().unwrap();
    assert_eq!(table.rows, 18_281);
    let availability = &table.columns[0];
    let mean = availability.iter().map(|value| f64::from(*value)).sum::<f64>() / 18_281.0;
    assert!((mean - 0.919).abs() < 0.001, "{mean}");
    let tied = availability.iter().filter(|value| **value >= 1.0).count() as f64 / 18_281.0;
    assert!((tied - 0.219).abs() < 0.001, "{tied}");
    assert_eq!(table.columns[1].iter().filter(|value| **value <= 0.0).count(), 72);
}
