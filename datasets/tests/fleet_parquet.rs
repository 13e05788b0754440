//! Tables in Parquet as other programs write them: what is read, and what is refused with which words.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder, StructBuilder};
use arrow_array::types::{Float16Type, Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
    DictionaryArray, DurationMillisecondArray, FixedSizeBinaryArray, Float16Array, Float32Array, Float64Array,
    Int32Array, Int64Array, IntervalYearMonthArray, LargeStringArray, NullArray, RecordBatch, StringArray,
    StringViewArray, StructArray, Time32SecondArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array,
};
use arrow_schema::{DataType, Field};
use datasets::scenario::{Inventory, InventoryColumn, Replay};
use datasets::{Error, Kind};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression as Codec, GzipLevel, ZstdLevel};
use parquet::data_type::{Int96, Int96Type};
use parquet::file::metadata::{ParquetMetaDataReader, ParquetMetaDataWriter};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn written(path: &Path, columns: &[(&str, ArrayRef)], codec: Codec) {
    let columns = columns.iter().map(|(name, column)| (*name, column.clone(), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let properties = WriterProperties::builder().set_compression(codec).build();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn inventory(path: impl Into<PathBuf>, names: &[&str]) -> Inventory {
    let columns = names.iter().map(|name| InventoryColumn { rounded: true, ..InventoryColumn::new(*name) }).collect();
    Inventory { path: path.into(), decimal: None, columns }
}

/// The values of columns, one after the other.
fn values(path: impl Into<PathBuf>, names: &[&str]) -> Vec<Vec<f32>> {
    inventory(path, names).read().unwrap().columns
}

/// The refusal to read columns, which must say so, and what to do.
fn refused(path: impl Into<PathBuf>, names: &[&str], words: &str, remedy: &str) -> Error {
    let error = inventory(path, names).read().unwrap_err();
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.help().is_some_and(|help| help.contains(remedy)), "{error}: {:?}", error.help());
    error
}

/// What a column of one file is read as.
fn read_as(column: ArrayRef) -> Vec<f32> {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    written(&path, &[("x", column)], Codec::SNAPPY);
    values(path, &["x"]).remove(0)
}

/// The refusal of a column of one file.
fn column_refused(column: ArrayRef, words: &str, remedy: &str) {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    written(&path, &[("x", column)], Codec::SNAPPY);
    assert_eq!(refused(path, &["x"], words, remedy).key(), Some("x"));
}

fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// The hosts of a trace whose ids are this array.
fn hosts(ids: ArrayRef) -> Result<usize, Error> {
    let folder = folder();
    let path = folder.path().join("trace.parquet");
    let count = ids.len() as i64;
    let moments =
        |first: i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values((0..count).map(|k| k * 10 + first))) };
    written(&path, &[("id", ids), ("from", moments(0)), ("to", moments(5))], Codec::SNAPPY);
    replay(path).read(None).map(|presence| presence.hosts.len())
}

fn replay(path: PathBuf) -> Replay {
    Replay::new(path, ["id", "from", "to"].map(str::to_owned))
}

/// A struct with the members `disk_gb` and `os`, which is null in the second row if so wished.
fn device(has_null: bool) -> ArrayRef {
    let members: Vec<(Arc<Field>, ArrayRef)> = vec![
        (Arc::new(Field::new("disk_gb", DataType::Int32, false)), Arc::new(Int32Array::from(vec![8, 16, 32]))),
        (Arc::new(Field::new("os", DataType::Utf8, true)), Arc::new(StringArray::from(vec!["a", "b", "c"]))),
    ];
    let (fields, arrays): (Vec<_>, Vec<_>) = members.into_iter().unzip();
    let nulls = has_null.then(|| vec![true, false, true].into());
    Arc::new(StructArray::new(fields.into(), arrays, nulls))
}

#[test]
fn every_codec_but_lzo_is_read() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    let many: Vec<f64> = (0..20_000).map(|k| f64::from(k % 100)).collect();
    for codec in [
        Codec::UNCOMPRESSED,
        Codec::SNAPPY,
        Codec::GZIP(GzipLevel::default()),
        Codec::BROTLI(BrotliLevel::default()),
        Codec::LZ4,
        Codec::LZ4_RAW,
        Codec::ZSTD(ZstdLevel::default()),
    ] {
        written(&path, &[("x", floats(&many))], codec);
        let found = values(&path, &["x"]).remove(0);
        assert!(found.iter().zip(&many).all(|(a, b)| f64::from(*a).to_bits() == b.to_bits()), "{codec}");
        assert_eq!(found.len(), many.len(), "{codec}");
    }
}

#[test]
fn a_column_in_lzo_is_named_as_what_it_is() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    written(&path, &[("x", floats(&[1.0])), ("y", floats(&[2.0]))], Codec::UNCOMPRESSED);
    // The footer is written anew, and says of the first column that it is in LZO.
    let bytes = fs::read(&path).unwrap();
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&fs::File::open(&path).unwrap()).unwrap();
    let mut builder = metadata.into_builder();
    let groups: Vec<_> = builder
        .take_row_groups()
        .into_iter()
        .map(|group| {
            let mut group = group.into_builder();
            let mut columns = group.take_columns();
            let first = columns.remove(0).into_builder().set_compression(Codec::LZO).build().unwrap();
            columns.insert(0, first);
            group.set_column_metadata(columns).build().unwrap()
        })
        .collect();
    let metadata = builder.set_row_groups(groups).build();
    let mut file = bytes;
    ParquetMetaDataWriter::new(&mut file, &metadata).finish().unwrap();
    fs::write(&path, file).unwrap();
    let error = refused(&path, &["x"], "column `x` is compressed with LZO, which cannot be read", "Zstd");
    assert_eq!((error.key(), error.kind()), (Some("x"), Kind::Data));
    assert!(!error.to_string().contains("sound"), "{error}");
    // A column that is not asked for may be in any codec.
    assert_eq!(values(&path, &["y"]), [[2.0_f32]]);
}

#[test]
fn a_folder_as_spark_writes_it_is_read_in_the_order_of_its_files() {
    let folder = folder();
    let table = folder.path().join("inv.parquet");
    written(&table.join("part-00001.c000.snappy.parquet"), &[("x", floats(&[3.0, 4.0]))], Codec::SNAPPY);
    written(&table.join("part-00000.c000.snappy.parquet"), &[("x", floats(&[1.0, 2.0]))], Codec::SNAPPY);
    // A task without rows writes a file all the same.
    written(&table.join("part-00002.c000.snappy.parquet"), &[("x", floats(&[]))], Codec::SNAPPY);
    for name in ["_SUCCESS", "_metadata", "_common_metadata", ".part-00000.c000.snappy.parquet.crc", "._SUCCESS.crc"] {
        fs::write(table.join(name), b"?").unwrap();
    }
    written(&table.join("_temporary/0/part-00009.parquet"), &[("x", floats(&[9.0]))], Codec::SNAPPY);
    assert_eq!(values(&table, &["x"]), [[1.0_f32, 2.0, 3.0, 4.0]]);
}

#[test]
fn files_of_nested_folders_are_read_too() {
    let folder = folder();
    let table = folder.path().join("inv");
    written(&table.join("b/c/0.parquet"), &[("x", floats(&[3.0]))], Codec::SNAPPY);
    written(&table.join("b/0.parquet"), &[("x", floats(&[2.0]))], Codec::SNAPPY);
    written(&table.join("a/0.parquet"), &[("x", floats(&[1.0]))], Codec::SNAPPY);
    assert_eq!(values(&table, &["x"]), [[1.0_f32, 2.0, 3.0]]);
}

#[test]
fn a_folder_without_a_table_is_refused_with_what_is_in_it() {
    let folder = folder();
    let table = folder.path().join("inv.parquet");
    fs::create_dir(&table).unwrap();
    let error = refused(&table, &["x"], "holds no table: it is empty", "put csv or Parquet files in it");
    assert_eq!(error.kind(), Kind::Unreadable);
    fs::write(table.join("_SUCCESS"), b"").unwrap();
    fs::write(table.join(".part.crc"), b"").unwrap();
    refused(&table, &["x"], "holds no table: there is only .part.crc, _SUCCESS", "names that begin with `_` or `.`");
    fs::write(table.join("notes.pdf"), b"%PDF").unwrap();
    refused(&table, &["x"], "holds notes.pdf, which is no table by its name", "\"inv.parquet/*.parquet\"");
}

#[test]
fn tables_that_keep_old_rows_and_mixed_folders_are_refused() {
    let folder = folder();
    let table = folder.path().join("inv");
    written(&table.join("a.parquet"), &[("x", floats(&[1.0]))], Codec::SNAPPY);
    fs::write(table.join("a.csv"), "x\n1\n").unwrap();
    refused(&table, &["x"], "holds both Parquet and csv: a.parquet and a.csv", "as in \"inv/*.parquet\"");
    refused(folder.path().join("in?/a.*"), &["x"], "holds both Parquet and csv", "narrow the pattern");
    fs::create_dir(table.join("_delta_log")).unwrap();
    refused(&table, &["x"], "is a Delta Lake table, some of whose files may be out of date", "one Parquet file");
}

#[test]
fn the_name_of_a_folder_is_a_column_if_it_is_asked_for() {
    let folder = folder();
    let table = folder.path().join("inv");
    for (zone, up) in [("1", 0.5), ("-2.5", 0.25)] {
        written(&table.join(format!("zone={zone}/p=a%3Db/0.parquet")), &[("up", floats(&[up, up]))], Codec::SNAPPY);
    }
    let expected = [[-2.5_f32, -2.5, 1.0, 1.0], [0.25, 0.25, 0.5, 0.5]];
    assert_eq!(values(&table, &["zone", "up"]), expected);
    assert_eq!(values(table.join("zone=*/**/*.parquet"), &["zone", "up"]), expected);
    assert_eq!(values(&table, &["up"]), expected[1..]);
    refused(&table, &["p", "up"], "lies in the folder `p=a=b`, expected a finite number", "or rename the folder");
    refused(&table, &["zone"], "all columns that are asked for are names of folders", "at least one column");
    // A trace of the hosts that folders name.
    let trace = folder.path().join("trace");
    for host in ["b%20c", "a"] {
        written(
            &trace.join(format!("id={host}/0.parquet")),
            &[("from", floats(&[0.0])), ("to", floats(&[5.0]))],
            Codec::SNAPPY,
        );
    }
    assert_eq!(replay(trace.clone()).read(None).unwrap().hosts.len(), 2);
    written(
        &trace.join("id=__HIVE_DEFAULT_PARTITION__/0.parquet"),
        &[("from", floats(&[0.0])), ("to", floats(&[5.0]))],
        Codec::SNAPPY,
    );
    let error = replay(trace).read(None).unwrap_err();
    assert!(error.to_string().contains("expected the id of a host"), "{error}");
}

#[test]
fn patterns_name_files_of_any_folders() {
    let folder = folder();
    let parts = folder.path().join("parts");
    for (place, value) in ["0", "a/1", "a/b/2", "_x", ".y", "a/_z"].into_iter().zip([0.0, 1.0, 2.0, 7.0, 8.0, 9.0]) {
        written(&parts.join(format!("{place}.parquet")), &[("x", floats(&[value]))], Codec::SNAPPY);
    }
    assert_eq!(values(parts.join("*.parquet"), &["x"]), [[0.0_f32]]);
    assert_eq!(values(parts.join("**/*.parquet"), &["x"]), [[0.0_f32, 1.0, 2.0]]);
    assert_eq!(values(parts.join("[a-c]/?.parquet"), &["x"]), [[1.0_f32]]);
    assert_eq!(values(parts.join("_*.parquet"), &["x"]), [[7.0_f32]]);
    // A folder that a pattern fits is read whole.
    assert_eq!(values(folder.path().join("p*/a"), &["x"]), [[1.0_f32, 2.0]]);
    let error = refused(parts.join("*.csv"), &["x"], "no file fits the pattern ", "parts is there");
    assert_eq!(error.kind(), Kind::Unreadable);
    refused(parts.join("a[.parquet"), &["x"], "is not a sound pattern", "a `[` needs its `]`");
}

#[test]
fn a_file_whose_name_holds_letters_of_patterns_is_that_file() {
    let folder = folder();
    let odd = folder.path().join("data [1]");
    written(&odd.join("a*.parquet"), &[("x", floats(&[1.0]))], Codec::SNAPPY);
    written(&odd.join("ab.parquet"), &[("x", floats(&[2.0]))], Codec::SNAPPY);
    assert_eq!(values(odd.join("a*.parquet"), &["x"]), [[1.0_f32]]);
    assert_eq!(values(odd.join("?b.parquet"), &["x"]), [[2.0_f32]]);
}

#[test]
fn csv_in_several_files_is_read_with_a_header_each() {
    let folder = folder();
    fs::write(folder.path().join("b.csv"), "x,y\n3,0\n").unwrap();
    fs::write(folder.path().join("a.csv"), "y,x\n0,1\n0,2\n").unwrap();
    assert_eq!(values(folder.path().join("*.csv"), &["x"]), [[1.0_f32, 2.0, 3.0]]);
    assert_eq!(values(folder.path(), &["x"]), [[1.0_f32, 2.0, 3.0]]);
    fs::write(folder.path().join("c.csv"), "x\n1\n?\n").unwrap();
    let error = refused(folder.path(), &["x"], "c.csv:3: row 2, column `x` is \"?\"", "");
    assert_eq!(error.path(), folder.path().join("c.csv"));
    fs::write(folder.path().join("c.csv"), "z\n1\n").unwrap();
    refused(folder.path(), &["x"], "c.csv:1: there is no column `x`", "that each file of the table has");
}

#[test]
fn a_file_that_lacks_a_column_and_a_row_that_is_bad_are_named() {
    let folder = folder();
    let table = folder.path().join("inv.parquet");
    written(&table.join("0.parquet"), &[("x", floats(&[1.0, 2.0]))], Codec::SNAPPY);
    written(&table.join("1.parquet"), &[("x", floats(&[1.0, f64::NAN]))], Codec::SNAPPY);
    let error = refused(&table, &["x"], "1.parquet: row 2, column `x` is \"NaN\"", "");
    assert_eq!(error.path(), table.join("1.parquet"));
    written(&table.join("1.parquet"), &[("y", floats(&[1.0]))], Codec::SNAPPY);
    let error = refused(&table, &["x"], "1.parquet: there is no column `x`; the columns are: y", "leave this file out");
    assert_eq!(error.path(), table.join("1.parquet"));
}

#[test]
fn ids_of_several_files_are_those_of_one_table() {
    let folder = folder();
    let table = folder.path().join("trace");
    for (file, (ids, from)) in [(["a", "b"], 0.0), (["c", "a"], 10.0)].into_iter().enumerate() {
        let ids: ArrayRef = Arc::new(StringArray::from(ids.to_vec()));
        let columns = [("id", ids), ("from", floats(&[from; 2])), ("to", floats(&[from + 5.0; 2]))];
        written(&table.join(format!("{file}.parquet")), &columns, Codec::SNAPPY);
    }
    let presence = replay(table).read(None).unwrap();
    assert_eq!(presence.hosts, [0..2, 2..3, 3..4]);
}

#[test]
fn a_bad_session_is_named_by_its_row_in_its_own_file() {
    let folder = folder();
    fs::write(folder.path().join("a.csv"), "id,from,to\na,0,5\nb,0,5\n").unwrap();
    let pattern = folder.path().join("*.csv");
    fs::write(folder.path().join("b.csv"), "id,from,to\na,9,7\n").unwrap();
    let text = replay(pattern).read(None).unwrap_err().to_string();
    assert!(text.contains("b.csv:2: row 1: a session from 9 to 7: it ends before it begins"), "{text}");
    let columns = |from: f64| [("id", floats(&[1.0, 2.0])), ("from", floats(&[4.0, from])), ("to", floats(&[5.0; 2]))];
    written(&folder.path().join("a.parquet"), &columns(0.0), Codec::SNAPPY);
    written(&folder.path().join("b.parquet"), &columns(6.0), Codec::SNAPPY);
    let text = replay(folder.path().join("*.parquet")).read(None).unwrap_err().to_string();
    assert!(text.contains("b.parquet: row 2: a session from 6 to 5: it ends before it begins"), "{text}");
}

#[test]
fn categories_are_read_as_their_values() {
    let keys = arrow_array::Int8Array::from(vec![1, 0, 1]);
    let numbers = DictionaryArray::<Int8Type>::new(keys.clone(), floats(&[0.5, 8.0]));
    assert_eq!(read_as(Arc::new(numbers)), [8.0, 0.5, 8.0]);
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![5, 7]));
    assert_eq!(read_as(Arc::new(DictionaryArray::<Int8Type>::new(keys.clone(), whole.clone()))), [7.0, 5.0, 7.0]);
    let text: ArrayRef = Arc::new(StringArray::from(vec!["2", "3e1"]));
    assert_eq!(read_as(Arc::new(DictionaryArray::<Int8Type>::new(keys.clone(), text))), [30.0, 2.0, 30.0]);
    assert_eq!(hosts(Arc::new(DictionaryArray::<Int8Type>::new(keys.clone(), whole))).unwrap(), 2);
    let names: ArrayRef = Arc::new(LargeStringArray::from(vec!["a", "b"]));
    assert_eq!(hosts(Arc::new(DictionaryArray::<Int8Type>::new(keys, names))).unwrap(), 2);
    // More values than its keys have numbers for the first rows.
    let many: Vec<String> = (0..3_000).map(|k| (k % 1_000).to_string()).collect();
    let many: DictionaryArray<Int32Type> = many.iter().map(|name| Some(name.as_str())).collect();
    assert_eq!(hosts(Arc::new(many)).unwrap(), 1_000);
}

#[test]
fn a_member_of_a_struct_has_a_dotted_name() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    let outer = {
        let inner = device(false);
        let field = Arc::new(Field::new("device", inner.data_type().clone(), true));
        Arc::new(StructArray::new(vec![field].into(), vec![inner], None))
    };
    written(
        &path,
        &[("before", floats(&[0.0; 3])), ("device", device(false)), ("host", outer), ("up", floats(&[1.0; 3]))],
        Codec::SNAPPY,
    );
    assert_eq!(
        values(&path, &["up", "device.disk_gb", "host.device.disk_gb"]),
        [[1.0_f32, 1.0, 1.0], [8.0, 16.0, 32.0], [8.0, 16.0, 32.0]]
    );
    let words = "column `device` is a struct with the members disk_gb, os";
    refused(&path, &["device"], words, "name one of them as `device.disk_gb`");
    refused(&path, &["host.device"], "`host.device` is a struct", "name one of them as `host.device.disk_gb`");
    refused(&path, &["device.ram"], "there is no column `device.ram`; the columns are: before, device.disk_gb, ", "");
    // A plain column of this name comes first.
    written(&path, &[("device", device(false)), ("device.disk_gb", floats(&[1.0, 2.0, 3.0]))], Codec::SNAPPY);
    assert_eq!(values(&path, &["device.disk_gb"]), [[1.0_f32, 2.0, 3.0]]);
}

#[test]
fn a_member_of_a_struct_that_is_null_is_null() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    written(&path, &[("device", device(true))], Codec::SNAPPY);
    refused(&path, &["device.disk_gb"], "row 2, column `device.disk_gb` is \"null\"", "");
}

#[test]
fn moments_are_seconds_since_1970() {
    let day = 14_610;
    let seconds = i64::from(day) * 86_400;
    let expected = [seconds as f32, (-86_400_i32) as f32];
    let at = |a_second: i64| vec![seconds * a_second, -86_400 * a_second];
    let arrays: [ArrayRef; 8] = [
        Arc::new(Date32Array::from(vec![day, -1])),
        Arc::new(Date64Array::from(at(1_000))),
        Arc::new(TimestampSecondArray::from(at(1))),
        Arc::new(TimestampMillisecondArray::from(at(1_000))),
        Arc::new(TimestampMicrosecondArray::from(at(1_000_000))),
        Arc::new(TimestampNanosecondArray::from(at(1_000_000_000))),
        Arc::new(TimestampMicrosecondArray::from(at(1_000_000)).with_timezone("Asia/Tokyo")),
        Arc::new(TimestampSecondArray::from(at(1)).with_timezone("+02:00")),
    ];
    for array in arrays {
        let found = array.data_type().clone();
        assert_eq!(read_as(array), expected, "{found}");
    }
}

#[test]
fn times_and_lengths_of_time_are_seconds() {
    assert_eq!(read_as(Arc::new(Time32SecondArray::from(vec![90]))), [90.0]);
    assert_eq!(read_as(Arc::new(Time64MicrosecondArray::from(vec![1_500_000]))), [1.5]);
    assert_eq!(read_as(Arc::new(DurationMillisecondArray::from(vec![2_500]))), [2.5]);
    column_refused(Arc::new(Date32Array::from(vec![Some(1), None])), "row 2, column `x` is \"null\"", "");
}

#[test]
fn moments_of_96_bits_are_read_even_after_2262() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    let schema = Arc::new(parse_message_type("message m { required int96 x; }").unwrap());
    let mut writer = SerializedFileWriter::new(fs::File::create(&path).unwrap(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    // Nanoseconds of the day, low half first, and the Julian day: 1970-01-02, and 9999-12-31.
    let nanos = 1_500_000_000_u32;
    let moments = [2_440_589, 5_373_484].map(|day| Int96::from(vec![nanos, 0, day]));
    column.typed::<Int96Type>().write_batch(&moments, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    assert_eq!(values(&path, &["x"]), [[86_401.5_f32, 253_402_214_401.5]]);
}

#[test]
fn numbers_of_any_kind_are_read() {
    assert_eq!(read_as(Arc::new(BooleanArray::from(vec![true, false]))), [1.0, 0.0]);
    let halves = [1_i8, -2].map(<Float16Type as ArrowPrimitiveType>::Native::from);
    assert_eq!(read_as(Arc::new(Float16Array::from_iter_values(halves))), [1.0, -2.0]);
    assert_eq!(read_as(Arc::new(Float32Array::from(vec![0.25]))), [0.25]);
    assert_eq!(read_as(Arc::new(UInt8Array::from(vec![255]))), [255.0]);
    let decimals = Decimal128Array::from(vec![12_345, -1]).with_precision_and_scale(20, 2).unwrap();
    assert_eq!(read_as(Arc::new(decimals)), [123.45, -0.01]);
    column_refused(Arc::new(BooleanArray::from(vec![Some(true), None])), "row 2, column `x` is \"null\"", "");
}

#[test]
fn text_that_holds_numbers_is_read_as_csv_is() {
    assert_eq!(read_as(Arc::new(StringArray::from(vec!["1", " 2.5 ", "-3e2"]))), [1.0, 2.5, -300.0]);
    assert_eq!(read_as(Arc::new(LargeStringArray::from(vec!["1"]))), [1.0]);
    assert_eq!(read_as(Arc::new(StringViewArray::from(vec!["1"]))), [1.0]);
    assert_eq!(read_as(Arc::new(BinaryArray::from(vec![b"4".as_slice()]))), [4.0]);
    let words = "row 2, column `x` is \"n/a\", expected a finite number";
    column_refused(Arc::new(StringArray::from(vec!["1", "n/a"])), words, "put the right one in");
    column_refused(Arc::new(StringArray::from(vec!["1", " "])), "row 2, column `x` is empty", "");
    column_refused(Arc::new(StringArray::from(vec![Some("1"), None])), "row 2, column `x` is \"null\"", "");
    column_refused(Arc::new(StringArray::from(vec!["inf"])), "row 1, column `x` is \"inf\"", "");
}

#[test]
fn what_cannot_be_a_number_is_named_as_what_it_is() {
    let mut lists = ListBuilder::new(Int32Builder::new());
    lists.append_value([Some(1), Some(2)]);
    column_refused(Arc::new(lists.finish()), "column `x` is a list, expected numbers", "one value a row");
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    maps.keys().append_value("a");
    maps.values().append_value(1);
    maps.append(true).unwrap();
    column_refused(Arc::new(maps.finish()), "column `x` is a map, expected numbers", "one value a row");
    column_refused(Arc::new(IntervalYearMonthArray::from(vec![1])), "column `x` is an interval", "convert this one");
    column_refused(
        Arc::new(NullArray::new(2)),
        "column `x` is null in every row, expected numbers",
        "write the values",
    );
    let bytes: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([[1_u8; 16]].iter()).unwrap());
    column_refused(bytes, "column `x` is 16 bytes a cell, expected numbers", "name a numeric column");
}

#[test]
fn nothing_is_read_out_of_a_list() {
    let folder = folder();
    let path = folder.path().join("x.parquet");
    let member = Field::new("disk_gb", DataType::Int32, true);
    let mut disks = ListBuilder::new(StructBuilder::from_fields(vec![member], 1));
    disks.values().field_builder::<Int32Builder>(0).unwrap().append_value(8);
    disks.values().append(true);
    disks.append(true);
    written(&path, &[("disks", Arc::new(disks.finish())), ("up", floats(&[1.0]))], Codec::SNAPPY);
    let words = "`disks.disk_gb` would lie inside column `disks`, which is a list";
    assert_eq!(refused(&path, &["disks.disk_gb"], words, "one value a row").key(), Some("disks.disk_gb"));
    // The columns after a list are found all the same.
    assert_eq!(values(&path, &["up"]), [[1.0_f32]]);
}

#[test]
fn a_file_is_parquet_by_its_first_bytes_whatever_its_name() {
    let folder = folder();
    for name in ["inv", "inv.pq", "inv.dat", "inv.csv", "part-00000"] {
        let path = folder.path().join(name);
        written(&path, &[("x", floats(&[1.0]))], Codec::SNAPPY);
        assert_eq!(values(&path, &["x"]), [[1.0_f32]], "{name}");
    }
}

#[test]
fn what_is_no_parquet_file_is_named_as_what_it_is() {
    let cases: [(&[u8], &str, &str); 16] = [
        (b"", "it is empty", "write it again"),
        (b"up,x\n1,2\n", "it is text", "let its name end in .csv"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "it is a gzip file", "unpack it"),
        (b"\x28\xb5\x2f\xfd\0\0", "it is a zstd file", "unpack it"),
        (b"PK\x03\x04\x14\0\0\0inv.csv", "it is a zip file", "unpack it"),
        (b"PK\x03\x04\x14\0\0\0xl/workbook.xml", "it is an Excel workbook", "save the sheet as csv"),
        (b"ORC\x0a\x03", "it is an ORC file", "save it as csv or Parquet"),
        (b"Obj\x01\x04", "it is an Avro file", "save it as csv or Parquet"),
        (b"ARROW1\0\0\xff", "it is an Arrow file (Feather)", "save it as csv or Parquet"),
        (b"FEA1\0\0", "it is an old Feather file", "save it as csv or Parquet"),
        (b"SQLite format 3\0\x10", "it is an SQLite database", "export the table as csv"),
        (b"{\"x\": 1}\n", "it is JSON", "save it as csv or Parquet"),
        (b"<!DOCTYPE html>\n", "it is a web page (HTML)", "download the file itself"),
        (b"\xff\xfex\0\n\0", "it is text in UTF-16", "save it as csv or Parquet"),
        (b"PARE\0\0\0\0", "it is an encrypted Parquet file", "without encryption"),
        (b"\x7fELF\x02\x01\0", "it is of no known format", "copy it again"),
    ];
    let folder = folder();
    let path = folder.path().join("inv.parquet");
    for (bytes, words, remedy) in cases {
        fs::write(&path, bytes).unwrap();
        let error = refused(&path, &["x"], &format!("not a sound Parquet file: {words}"), remedy);
        assert_eq!(error.kind(), Kind::Data);
    }
}

#[test]
fn ids_are_text_of_any_kind_and_whole_numbers() {
    let arrays: [ArrayRef; 9] = [
        Arc::new(StringArray::from(vec!["a", "b", "a"])),
        Arc::new(LargeStringArray::from(vec!["a", "b", "a"])),
        Arc::new(StringViewArray::from(vec!["a", "b", "a"])),
        Arc::new(BinaryArray::from(vec![b"a".as_slice(), "ü".as_bytes(), b"a"])),
        Arc::new(Int32Array::from(vec![1, -2, 1])),
        Arc::new(Float32Array::from(vec![1.0, 16_777_215.0, 1.0])),
        floats(&[1.0, 2.0, 1.0]),
        Arc::new(Decimal128Array::from(vec![100, 2_00, 1_00]).with_precision_and_scale(10, 2).unwrap()),
        Arc::new(FixedSizeBinaryArray::try_from_iter([[1_u8; 16], [2; 16], [1; 16]].iter()).unwrap()),
    ];
    for array in arrays {
        let found = array.data_type().clone();
        assert_eq!(hosts(array).unwrap(), 2, "{found}");
    }
}

#[test]
fn what_names_no_host_is_named_as_what_it_is() {
    let cases: [(ArrayRef, &str); 9] = [
        (Arc::new(BooleanArray::from(vec![true])), "column `id` is Boolean, expected ids of hosts"),
        (Arc::new(Date32Array::from(vec![1])), "column `id` is a date, expected ids of hosts"),
        (Arc::new(TimestampSecondArray::from(vec![1])), "column `id` is a moment, expected ids of hosts"),
        (Arc::new(NullArray::new(1)), "column `id` is null in every row"),
        (floats(&[1.0, 0.5]), "row 2, column `id` is \"0.5\""),
        (Arc::new(Float32Array::from(vec![16_777_216.0])), "row 1, column `id` is \"16777216\""),
        (Arc::new(BinaryArray::from(vec![b"a".as_slice(), b"\xff\xfe"])), "row 2, column `id` is "),
        (Arc::new(FixedSizeBinaryArray::try_from_iter([[1_u8; 6]].iter()).unwrap()), "column `id` is 6 bytes a cell"),
        (
            Arc::new(Decimal128Array::from(vec![101]).with_precision_and_scale(10, 2).unwrap()),
            "row 1, column `id` is \"1.01\"",
        ),
    ];
    for (array, words) in cases {
        let found = array.data_type().clone();
        let error = hosts(array).unwrap_err();
        assert!(error.to_string().contains(words), "{found}: {error}");
        assert!(error.help().is_some(), "{found}: {error}");
    }
}
