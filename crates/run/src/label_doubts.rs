//! What label files leave open: rows of `limitations.csv`.

use dyetrace_ingest::LabelReading;
use dyetrace_report::Limitation;

/// Of how many labels left out for one reason the places are told; `check` tells more.
const PLACES_TOLD: usize = 5;

/// What the label files hold that is no label here, and what is to be said of them.
#[must_use]
pub(crate) fn label_doubts(read: &LabelReading) -> Vec<Limitation> {
    let limitation = |subject: &str, detail: String| Limitation {
        kind: "labels".to_owned(),
        subject: subject.to_owned(),
        detail,
    };
    let left_out = read.left_out.iter().map(|it| {
        let first = it.first.iter().take(PLACES_TOLD);
        let places: Vec<String> =
            first.map(|it| format!("{}, line {}: {}", it.file, it.line, it.seen)).collect();
        let labels = if it.count == 1 { "label" } else { "labels" };
        let column = it.first.first().map_or("", |it| it.column.as_str());
        let what = format!("{} {labels} left out: `{column}` {}", it.count, it.reason);
        limitation("left out", format!("{what}. First at {}", places.join("; ")))
    });
    let notes =
        read.facts.iter().flat_map(|fact| fact.notes.iter().map(|note| limitation(&fact.name, note.clone())));
    let fields = read
        .facts
        .iter()
        .filter(|fact| !fact.passed_over.is_empty())
        .map(|fact| limitation(&fact.name, format!("fields not read: {}", fact.passed_over.join(", "))));
    let passed_over = read
        .passed_over
        .iter()
        .map(|name| limitation(name, "is no label file by its name, and was passed over".to_owned()));
    left_out.chain(notes).chain(fields).chain(passed_over).collect()
}
