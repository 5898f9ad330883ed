//! A score as text and as JSON.

use super::{Part, SUBJECTS, Score, ScoreRow};
use serde_json::{Value, json};

/// As a table for people.
#[must_use]
pub fn to_text(score: &Score) -> String {
    let mut text = String::new();
    for (subject, words) in SUBJECTS {
        let rows: Vec<&ScoreRow> = score.rows.iter().filter(|row| row.subject == subject).collect();
        if !rows.is_empty() {
            text.push_str(&format!("{words}\n"));
        }
        for row in rows {
            text.push_str(&line(row, &score.rule));
        }
    }
    text.push_str(&format!(
        "freezable.csv lists {} places with amount_min above 0: {} of honest people further down, {} that no stolen money came near\n",
        score.listed,
        score.listed_downstream,
        score.listed_untouched.len()
    ));
    for place in &score.listed_untouched {
        text.push_str(&format!("  never touched: {place}\n"));
    }
    text.push_str("* the run's rule\n");
    text
}

fn line(row: &ScoreRow, own: &str) -> String {
    if let Some(note) = row.note {
        return format!("  {note}\n");
    }
    let rule = row.rule.as_deref().unwrap_or_default();
    let name = if rule == own { format!("{rule} *") } else { rule.to_owned() };
    let [precision, recall] = [row.precision, row.recall].map(percent);
    format!("  {name:<14} precision {precision:>9}   recall {recall:>9}\n")
}

fn percent(part: Option<Part>) -> String {
    match part.and_then(Part::permyriad) {
        Some(share) => format!("{}.{:02} %", share / 100, share % 100),
        None if part.is_none() => String::new(),
        None => "of none".to_owned(),
    }
}

/// As JSON; amounts are texts of whole millionths of a dollar, or counts.
#[must_use]
pub fn to_json(score: &Score) -> Value {
    let part = |part: Option<Part>| {
        part.map(|it| {
            json!({ "of": it.of.to_string(), "all": it.all.to_string(), "permyriad": it.permyriad().map(|it| it.to_string()) })
        })
    };
    let rows = score.rows.iter().map(|row| {
        json!({
            "subject": row.subject,
            "rule": row.rule,
            "precision": part(row.precision),
            "recall": part(row.recall),
            "note": row.note,
        })
    });
    json!({
        "rule": score.rule,
        "rows": rows.collect::<Vec<Value>>(),
        "listed": score.listed,
        "listed_downstream": score.listed_downstream,
        "listed_untouched": score.listed_untouched,
    })
}
