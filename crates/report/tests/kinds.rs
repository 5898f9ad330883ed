//! What a column is told to hold is what it is given, in every table; and a table is what its file is.

use crate::support::whole_case;
use dyetrace_core::Amount;
use dyetrace_report::{ColumnKind, Sheet, TableName, Target, defused, iso};
use std::io;

/// Takes the cells, each with what it was given as.
#[derive(Default)]
struct Told {
    columns: Vec<String>,
    cells: Vec<(Option<ColumnKind>, String)>,
    rows: usize,
}

impl Target for &mut Told {
    type Sheet = Self;

    fn begin(self, columns: &[&str]) -> io::Result<Self> {
        self.columns = columns.iter().map(|&name| name.to_owned()).collect();
        Ok(self)
    }
}

impl Sheet for &mut Told {
    fn text(&mut self, text: &str) {
        self.cells.push((Some(ColumnKind::Text).filter(|_| !text.is_empty()), defused(text)));
    }

    fn digits(&mut self, text: &str) {
        self.cells.push((Some(ColumnKind::Text), text.to_owned()));
    }

    fn empty(&mut self) {
        self.cells.push((None, String::new()));
    }

    fn number(&mut self, number: u64) {
        self.cells.push((Some(ColumnKind::Number), number.to_string()));
    }

    fn amount(&mut self, amount: Amount, negative: bool) {
        let sign = if negative { "-" } else { "" };
        self.cells.push((Some(ColumnKind::Amount), format!("{sign}{amount}")));
    }

    fn time(&mut self, seconds: i64) {
        self.cells.push((Some(ColumnKind::Time), iso(seconds)));
    }

    fn end(&mut self) -> io::Result<()> {
        self.rows += 1;
        assert_eq!(self.cells.len(), self.rows * self.columns.len());
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_column_holds_what_its_name_says() {
    let case = whole_case();
    let files = case.written();
    let mut rows = 0;
    for table in TableName::ALL {
        let mut told = Told::default();
        case.with(|report| report.write_table(table, &mut told)).unwrap();
        let mut text = Vec::new();
        case.with(|report| report.write_table(table, &mut text)).unwrap();
        if let Some(file) = files.get(&format!("{}.csv", table.as_str())) {
            assert_eq!(String::from_utf8(text).unwrap(), *file);
            let mut read = csv::Reader::from_reader(file.as_bytes());
            let cells: Vec<String> = read
                .records()
                .flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                .collect();
            assert_eq!(cells, told.cells.iter().map(|cell| cell.1.clone()).collect::<Vec<_>>());
        }
        for (place, (kind, cell)) in told.cells.iter().enumerate() {
            let column = &told.columns[place % told.columns.len()];
            if let Some(kind) = *kind {
                assert_eq!(ColumnKind::of(column), kind, "`{column}` of {}: `{cell}`", table.as_str());
            }
        }
        rows += told.rows;
    }
    assert!(rows > 20);
}
