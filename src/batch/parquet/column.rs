//! Rows as JSON objects into a Parquet file, by a table of columns. Every column may be null.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde_json::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8; lists and maps as JSON.
    Text,
    /// 64 bits, signed.
    Integer,
    /// 64 bits.
    Real,
    /// True or false.
    Flag,
    /// Microseconds, UTC.
    Time,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, that of its folder.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

/// Columns by name, of text where nothing else is said.
macro_rules! columns {
    (@kind) => { Kind::Text };
    (@kind $kind:ident) => { Kind::$kind };
    ($($name:ident $(: $kind:ident)?),* $(,)?) => {
        &[$(Column { name: stringify!($name), kind: columns!(@kind $($kind)?) }),*]
    };
}

/// The tables. Columns are added at the end, never renamed.
pub const TABLES: [Table; 4] = [
    Table {
        name: "bundles",
        columns: columns![
            bundle, name, kind, verdict, headline, collected_at: Time, description, products,
            nodes, entries: Integer, bytes: Integer, lines: Integer, problems: Integer, tool,
        ],
    },
    Table {
        name: "findings",
        columns: columns![
            bundle, name, collected_at: Time, products, role, rank: Integer, signature, title,
            severity, sure, confidence: Real, state, onset: Time, first_seen: Time,
            last_seen: Time, count: Integer, subjects, reasons, consequences, explained_by,
        ],
    },
    Table {
        name: "evidence",
        columns: columns![
            bundle, name, role, rank: Integer, signature, type, entry, line: Integer,
            time: Time, text, object, path, fact, node, captures,
        ],
    },
    Table {
        name: "inventory",
        columns: columns![
            bundle, name, path, kind, skipped, size: Integer, modified: Time, node, namespace,
            pod, container, unit, programs, instance, bytes: Integer, lines: Integer,
            first_time: Time, last_time: Time,
        ],
    },
];

/// Rows that are held at once.
const ROWS: usize = 8192;

/// A Parquet file of these rows, each an object with (some of) the columns as keys.
pub(super) fn write(table: &Table, rows: impl Iterator<Item = Value>) -> io::Result<Vec<u8>> {
    encode(table, rows).map_err(io::Error::other)
}

fn encode(table: &Table, rows: impl Iterator<Item = Value>) -> Result<Vec<u8>, ParquetError> {
    let fields = table.columns.iter().map(|column| column.field());
    let schema = Type::group_type_builder(table.name)
        .with_fields(fields.collect::<Result<_, _>>()?)
        .build()?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("bundlevet ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let held: Vec<Value> = rows.by_ref().take(ROWS).collect();
        let mut group = file.next_row_group()?;
        for column in table.columns {
            column.write(&held, &mut group)?;
        }
        group.close()?;
    }
    file.into_inner()
}

impl Column {
    fn field(&self) -> Result<Arc<Type>, ParquetError> {
        let (physical, logical) = match self.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Real => (Physical::DOUBLE, None),
            Kind::Flag => (Physical::BOOLEAN, None),
            Kind::Time => {
                let time = LogicalType::timestamp(true, TimeUnit::MICROS);
                (Physical::INT64, Some(time))
            }
        };
        let field = Type::primitive_type_builder(self.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(field))
    }

    fn write(
        &self,
        rows: &[Value],
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    ) -> Result<(), ParquetError> {
        match self.kind {
            Kind::Text => self.fill::<ByteArrayType>(rows, group, |value| {
                Some(match value {
                    Value::Null => return None,
                    Value::String(text) => ByteArray::from(text.as_str()),
                    other => ByteArray::from(other.to_string().into_bytes()),
                })
            }),
            Kind::Integer => self.fill::<Int64Type>(rows, group, |value| {
                let number = value.as_u64()?;
                Some(i64::try_from(number).unwrap_or(i64::MAX))
            }),
            Kind::Real => self.fill::<DoubleType>(rows, group, Value::as_f64),
            Kind::Flag => self.fill::<BoolType>(rows, group, Value::as_bool),
            Kind::Time => self.fill::<Int64Type>(rows, group, |value| {
                let time: Timestamp = value.as_str()?.parse().ok()?;
                Some(time.as_microsecond())
            }),
        }
    }

    fn fill<T: DataType>(
        &self,
        rows: &[Value],
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        convert: impl Fn(&Value) -> Option<T::T>,
    ) -> Result<(), ParquetError> {
        let Some(mut column) = group.next_column()? else {
            return Err(ParquetError::General("a column too many".to_owned()));
        };
        let values = rows.iter().map(|row| row.get(self.name).and_then(&convert));
        let values: Vec<Option<T::T>> = values.collect();
        let present: Vec<i16> = values
            .iter()
            .map(|value| i16::from(value.is_some()))
            .collect();
        let values: Vec<T::T> = values.into_iter().flatten().collect();
        column
            .typed::<T>()
            .write_batch(&values, Some(&present), None)?;
        column.close()
    }
}
