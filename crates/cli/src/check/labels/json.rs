//! What label files hold, for a script: everything, without a bound on sources and contradictions.

use super::LabelCheck;
use dyetrace_core::{Label, Ledger};
use dyetrace_ingest::LabelSurvey;
use dyetrace_ingest::labels::ByCategory;
use serde_json::{Map, Value, json};

impl LabelCheck {
    /// For a script.
    pub(in crate::check) fn json(&self, ledger: Option<&Ledger>) -> Value {
        let survey = LabelSurvey::of(&self.reading);
        let left_out = self.reading.left_out.iter().map(|it| {
            let first = it
                .first
                .iter()
                .map(|it| json!({ "file": it.file, "line": it.line, "column": it.column, "seen": it.seen }));
            json!({ "reason": it.reason, "count": it.count, "first": first.collect::<Vec<_>>() })
        });
        let files = self.files().map(|(fact, counts)| {
            json!({
                "name": fact.name, "form": fact.dialect, "labels": fact.rows, "left_out": fact.left_out,
                "bytes": fact.size, "sha256": fact.sha256, "categories": by_category(&counts),
                "fields_not_read": fact.passed_over, "notes": fact.notes,
            })
        });
        let bad = self.bad.iter().map(|error| {
            let place = error.as_reject();
            json!({
                "file": place.map(|it| &it.file), "line": place.map(|it| it.line), "column": place.map(|it| &it.column),
                "seen": place.map(|it| &it.seen), "message": error.message(), "hint": error.hint(),
            })
        });
        let sources = survey.sources.iter();
        let sources = sources.map(|(name, counts)| json!({ "source": name, "labels": counts.all(), "categories": by_category(counts) }));
        let chains = survey.chains.iter().map(|(name, count)| json!({ "chain": name, "labels": count }));
        let contradictions = survey.contradictions.iter();
        let contradictions = contradictions
            .map(|pair| json!({ "address": pair[0].address.to_string(), "labels": pair.map(label) }));
        json!({
            "files": files.collect::<Vec<_>>(),
            "passed_over": self.passed_over,
            "labels": survey.categories.all(),
            "addresses": survey.addresses,
            "addresses_with_several": survey.with_several,
            "accounts_named": ledger.map(|ledger| self.named(ledger).0),
            "categories": by_category(&survey.categories),
            "sources": sources.collect::<Vec<_>>(),
            "chains": chains.collect::<Vec<_>>(),
            "left_out": left_out.collect::<Vec<_>>(),
            "contradictions": contradictions.collect::<Vec<_>>(),
            "bad_files": bad.collect::<Vec<_>>(),
            "verdict_in_words": self.verdict(),
        })
    }
}

fn by_category(counts: &ByCategory) -> Map<String, Value> {
    counts.some().map(|(category, count)| (category.to_string(), count.into())).collect()
}

fn label(label: &Label) -> Value {
    json!({
        "label": label.text, "category": label.category.as_str(), "entity": label.entity, "chain": label.chain,
        "source": label.source, "as_of": label.as_of, "confidence": label.confidence,
    })
}
