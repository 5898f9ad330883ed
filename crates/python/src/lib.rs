//! `dyetrace` for Python: a thin shell over the libraries that the command is made of.
//!
//! Each function converts, lets go of the interpreter, calls, and converts back. [`work`] runs what is long on threads of
//! its own, so that progress and Ctrl-C come through; [`table`] gives tables away as Arrow, without a copy.

mod asked;
mod case;
mod column;
mod deposits;
mod error;
mod html;
mod ledger;
mod many;
mod mixers;
mod progress;
mod screen;
mod sheet;
mod source;
mod table;
mod trace;
mod what;
mod work;

use pyo3::prelude::*;

/// The native half of the `dyetrace` package.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::asked::{Changes, Explanation, Verdict, diff, explain, verify};
    #[pymodule_export]
    use super::case::Case;
    #[pymodule_export]
    use super::deposits::deposits;
    #[pymodule_export]
    use super::ledger::{Ledger, ingest, read};
    #[pymodule_export]
    use super::mixers::{Mixers, mixers};
    #[pymodule_export]
    use super::screen::{Screening, screen};
    #[pymodule_export]
    use super::source::{Sources, source};
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::trace::{Trace, trace};
    #[pymodule_export]
    use super::work::_end_writing;

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use pyo3::types::{PyAnyMethods as _, PyModuleMethods as _};
        let at_exit = module.py().import("atexit")?;
        at_exit.call_method1("register", (module.getattr("_end_writing")?,))?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
