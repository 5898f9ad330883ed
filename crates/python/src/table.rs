//! A table: columns that Arrow, polars, pandas, pyarrow and duckdb take as they are, and rows for plain Python.

use crate::column::{Amounts, type_name};
use crate::html;
use arrow_array::cast::AsArray as _;
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Decimal128Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{Array, RecordBatch, RecordBatchIterator};
use arrow_schema::{ArrowError, DataType, Field};
use dyetrace_report::ColumnKind;
use pyo3::exceptions::{PyIndexError, PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyInt, PyList, PyString};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many rows are shown.
const SHOWN: usize = 20;

/// A table of a result. Nothing in it changes.
#[pyclass(frozen, module = "dyetrace")]
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name, as its file has it.
    #[pyo3(get)]
    name: String,
    batch: RecordBatch,
}

impl Table {
    /// A table with its amounts as they were asked for, if its columns can have them so.
    pub(crate) fn made(name: &str, batch: RecordBatch, amounts: Amounts) -> PyResult<Self> {
        let is_wide = |field: &Field| {
            *field.data_type() == DataType::LargeUtf8 && ColumnKind::of(field.name()) == ColumnKind::Amount
        };
        let wide = batch.schema_ref().fields().iter().find(|field| is_wide(field));
        if let Some(field) = wide.filter(|_| amounts == Amounts::Decimal) {
            return Err(PyValueError::new_err(format!(
                "column `{}` of `{name}` holds an amount of more than 38 digits: ask for amounts=\"text\"",
                field.name()
            )));
        }
        Ok(Self { name: name.to_owned(), batch })
    }

    /// What a cell says; `None` for an empty one.
    pub(crate) fn cell<'py>(
        &self,
        py: Python<'py>,
        column: usize,
        row: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let array = self.batch.column(column);
        if array.is_null(row) {
            return Ok(py.None().into_bound(py));
        }
        Ok(match array.data_type() {
            DataType::LargeUtf8 => {
                let text = array.as_string::<i64>().value(row);
                // Base units stay whole numbers, whatever the column is to other libraries.
                match ColumnKind::of(self.batch.schema_ref().field(column).name()) {
                    ColumnKind::Amount => py.get_type::<PyInt>().call1((text,))?,
                    _ => PyString::new(py, text).into_any(),
                }
            }
            DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into_pyobject(py)?.into_any(),
            DataType::Decimal128(..) => {
                array.as_primitive::<Decimal128Type>().value(row).into_pyobject(py)?.into_any()
            }
            DataType::Timestamp(..) => {
                let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
                let time = py.import("datetime")?;
                let utc = time.getattr("timezone")?.getattr("utc")?;
                let seconds = micros.div_euclid(1_000_000);
                time.getattr("datetime")?.call_method1("fromtimestamp", (seconds, utc))?
            }
            other => return Err(PyValueError::new_err(format!("no column has the type {other}"))),
        })
    }

    /// A cell for a person.
    pub(crate) fn shown(&self, py: Python<'_>, column: usize, row: usize) -> PyResult<String> {
        let cell = self.cell(py, column, row)?;
        if cell.is_none() {
            return Ok(String::new());
        }
        if matches!(self.batch.column(column).data_type(), DataType::Timestamp(..)) {
            return Ok(cell.call_method0("isoformat")?.to_string().replace("+00:00", "Z"));
        }
        Ok(cell.str()?.to_string())
    }

    fn row<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Bound<'py, PyDict>> {
        let cells = PyDict::new(py);
        for (column, field) in self.batch.schema_ref().fields().iter().enumerate() {
            cells.set_item(field.name(), self.cell(py, column, row)?)?;
        }
        Ok(cells)
    }

    fn names(&self) -> Vec<String> {
        self.batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
    }
}

/// The one of some tables that has this name.
pub(crate) fn named<T: Copy>(name: &str, tables: &[T], of: impl Fn(T) -> &'static str) -> PyResult<T> {
    let known = tables.iter().copied().find(|&table| of(table) == name);
    known.ok_or_else(|| {
        let names: Vec<&str> = tables.iter().map(|&table| of(table)).collect();
        PyValueError::new_err(format!("`{name}` is no table: one of {} was expected", names.join(", ")))
    })
}

fn arrow(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

#[pymethods]
impl Table {
    /// The table as an Arrow stream: whoever takes it shares the columns, and copies nothing.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Another schema is a wish, which need not be granted.
        let _ = requested_schema;
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }

    /// The types of the columns, as Arrow has them.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.batch.schema_ref().as_ref()).map_err(arrow)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The names of the columns, in order.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.names()
    }

    /// The type of each column.
    #[getter]
    fn types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let types = PyDict::new(py);
        for field in self.batch.schema_ref().fields() {
            types.set_item(field.name(), type_name(field.data_type()))?;
        }
        Ok(types)
    }

    /// How many bytes the columns take.
    #[getter]
    fn nbytes(&self) -> usize {
        self.batch.columns().iter().map(|column| column.get_buffer_memory_size()).sum()
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    /// A row as a dict, by its number; or a column as a list, by its name. Amounts are whole numbers of any size, or, in a column of
    /// texts, their digits.
    fn __getitem__<'py>(&self, py: Python<'py>, key: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let rows = self.batch.num_rows();
        if let Ok(name) = key.extract::<String>() {
            let column = self.names().iter().position(|it| *it == name);
            let column = column.ok_or_else(|| PyKeyError::new_err(name))?;
            let cells = (0..rows).map(|row| self.cell(py, column, row)).collect::<PyResult<Vec<_>>>()?;
            return Ok(PyList::new(py, cells)?.into_any());
        }
        let asked: isize = key.extract()?;
        let row = if asked < 0 { rows.checked_add_signed(asked) } else { usize::try_from(asked).ok() };
        let row = row.filter(|row| *row < rows);
        let row = row.ok_or_else(|| PyIndexError::new_err(format!("row {asked} of {rows}")))?;
        Ok(self.row(py, row)?.into_any())
    }

    fn __iter__(slf: Py<Self>) -> Rows {
        Rows { table: slf, next: AtomicUsize::new(0) }
    }

    /// The table as a polars `DataFrame`.
    fn to_polars<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("polars")?.getattr("DataFrame")?.call1((slf,))
    }

    /// The table as a pyarrow `Table`.
    fn to_pyarrow<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("pyarrow")?.getattr("table")?.call1((slf,))
    }

    /// The table as a pandas `DataFrame` of Arrow's types: amounts stay exact, and empty cells stay empty.
    fn to_pandas<'py>(slf: Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let options = PyDict::new(py);
        options.set_item("types_mapper", py.import("pandas")?.getattr("ArrowDtype")?)?;
        Self::to_pyarrow(slf)?.call_method("to_pandas", (), Some(&options))
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = (self.batch.num_rows(), self.batch.num_columns());
        format!("<dyetrace.Table {}: {rows} rows, {columns} columns>", self.name)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        html::table(py, self, &self.name, &self.names(), self.batch.num_rows(), SHOWN)
    }
}

/// The rows of a table, one after the other.
#[pyclass(frozen)]
#[derive(Debug)]
struct Rows {
    table: Py<Table>,
    next: AtomicUsize,
}

#[pymethods]
impl Rows {
    const fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let (table, row) = (self.table.get(), self.next.fetch_add(1, Ordering::Relaxed));
        if row < table.batch.num_rows() { table.row(py, row).map(Some) } else { Ok(None) }
    }
}
