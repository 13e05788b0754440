//! How columns are encoded: chosen by type, the same in every table.

use arrow_schema::{DataType, Schema};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

/// Rows of a row group; readers decode row groups in parallel. Changes files and speed, no values.
pub(super) const ROW_GROUP_ROWS: usize = 122_880;

/// zstd 1 everywhere; ids and counters as packed differences, floats split by byte, names through a dictionary.
pub(super) fn properties(schema: &Schema, key_values: Vec<KeyValue>) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_enabled(false)
        .set_key_value_metadata(Some(key_values));
    for field in schema.fields() {
        let column = ColumnPath::from(vec![field.name().clone()]);
        properties = match field.data_type() {
            DataType::UInt32 | DataType::UInt64 => {
                properties.set_column_encoding(column, Encoding::DELTA_BINARY_PACKED)
            }
            DataType::Float32 | DataType::Float64 => {
                properties.set_column_encoding(column, Encoding::BYTE_STREAM_SPLIT)
            }
            DataType::Boolean => properties.set_column_encoding(column, Encoding::RLE),
            _ => properties.set_column_dictionary_enabled(column, true),
        };
    }
    Ok(properties.build())
}
