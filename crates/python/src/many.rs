//! Arguments that may be one thing or many.

use dyetrace_run::MOST_THREADS;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString};
use std::path::PathBuf;

/// One path, or many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths(pub(crate) Vec<PathBuf>);

impl<'py> FromPyObject<'_, 'py> for Paths {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(path) = object.extract::<PathBuf>() {
            return Ok(Self(vec![path]));
        }
        let each = object.try_iter().map_err(|_| PyTypeError::new_err("a path was expected, or several"))?;
        let mut paths = Vec::new();
        for path in each {
            // `read(*paths)` may be given a list of them.
            paths.extend(path?.extract::<Self>()?.0);
        }
        Ok(Self(paths))
    }
}

/// One word, or many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(pub(crate) Vec<String>);

impl Words {
    /// As they are typed in one option.
    pub(crate) fn joined(self) -> String {
        self.0.join(",")
    }
}

impl<'py> FromPyObject<'_, 'py> for Words {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(word) = object.extract::<String>() {
            return Ok(Self(vec![word]));
        }
        let each = object.try_iter().map_err(|_| PyTypeError::new_err("a str was expected, or several"))?;
        Ok(Self(each.map(|word| word?.extract()).collect::<PyResult<_>>()?))
    }
}

/// Files of labels: paths, or `{"ofac": "list.txt"}` for lists of one kind, as `ofac=list.txt` on the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct LabelFiles(pub(crate) Vec<String>);

impl<'py> FromPyObject<'_, 'py> for LabelFiles {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let typed = |path: PathBuf| {
            let text = path.into_os_string().into_string();
            text.map_err(|path| {
                PyTypeError::new_err(format!("a path in Unicode was expected: {}", path.display()))
            })
        };
        if let Ok(named) = object.cast::<PyDict>() {
            let mut files = Vec::new();
            for (kind, paths) in named.iter() {
                for path in paths.extract::<Paths>()?.0 {
                    files.push(format!("{}={}", kind.extract::<String>()?, typed(path)?));
                }
            }
            return Ok(Self(files));
        }
        Ok(Self(object.extract::<Paths>()?.0.into_iter().map(typed).collect::<PyResult<_>>()?))
    }
}

/// `NAME=VALUE` as on the command line, one or many, or `{"NAME": "VALUE"}`; a value may be several.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(pub(crate) Vec<String>);

impl<'py> FromPyObject<'_, 'py> for Pairs {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(named) = object.cast::<PyDict>() else { return Ok(Self(object.extract::<Words>()?.0)) };
        let mut pairs = Vec::new();
        for (name, values) in named.iter() {
            let name: String = name.extract()?;
            let before = pairs.len();
            if !values.is_instance_of::<PyString>()
                && let Ok(each) = values.try_iter()
            {
                for value in each {
                    pairs.push(format!("{name}={}", value_of(&name, &value?)?));
                }
            } else {
                pairs.push(format!("{name}={}", value_of(&name, &values)?));
            }
            if pairs.len() == before {
                return Err(PyTypeError::new_err(format!("`{name}`: no value is named")));
            }
        }
        Ok(Self(pairs))
    }
}

/// A value of a pair as it is typed: a str, an int or a path.
fn value_of<'py>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let is_bool = value.is_instance_of::<PyBool>();
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyInt>() && !is_bool {
        return Ok(value.clone());
    }
    let path = value.py().import("os")?.call_method1("fspath", (value,));
    path.map_err(|_| {
        let seen = value.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
        PyTypeError::new_err(format!("`{name}`: a str or an int was expected, not {seen}"))
    })
}

/// How many threads: `None` for all processors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threads(pub(crate) u16);

impl<'py> FromPyObject<'_, 'py> for Threads {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let number = object.extract::<u16>().ok().filter(|number| (1..=MOST_THREADS).contains(number));
        number.map(Self).ok_or_else(|| {
            PyValueError::new_err(format!(
                "threads={}: a number from 1 to {MOST_THREADS} was expected",
                &*object
            ))
        })
    }
}
