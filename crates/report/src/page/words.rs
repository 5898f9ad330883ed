//! The method in plain words, and what the page's words mean.

use crate::report::Report;
use crate::rule_words::rule_words;
use std::fmt::Write as _;

/// The section on the method.
pub(super) fn method(report: &Report<'_>) -> String {
    let trace = report.input.trace;
    let mut html = "<ol class=\"steps\"><li><b>Where it begins.</b> What arrives at a hacked address from the stated \
        time on is stolen, and so is what that address sends beyond what it was seen to receive. Counterfeit tokens \
        and airdrops that anybody can send are not taken for stolen.</li><li><b>Where it can get to.</b> Money is \
        followed in the order of the chain: nobody is reached by money that left before it came.</li><li><b>How it \
        divides.</b> When an account that holds stolen and other money pays, a rule says which part leaves. One rule was \
        chosen for this run; the others stand beside it.</li><li><b>Where it stops.</b> At exchanges, their deposit \
        accounts, mixers, bridges, payment and other services, and unnamed accounts in very many transfers, what arrives \
        stays.</li><li><b>That nothing is lost.</b> For each theft, asset and rule, what entered is what rests plus fees \
        and what was burned, to the last base unit. The program writes nothing if that does not \
        hold.</li></ol><div class=\"scroll\"><table class=\"plain\"><thead><tr><th scope=\"col\">Rule</th><th \
        scope=\"col\">What leaves when a mixed account pays</th><th scope=\"col\">Comes from</th></tr></thead><tbody>"
        .to_owned();
    for (at, rule) in trace.rules.iter().enumerate() {
        let (words, law) = rule_words(*rule);
        let run = if at == 0 { " <small>(the run's)</small>" } else { "" };
        let _ = write!(html, "<tr><th scope=\"row\">{rule}{run}</th><td>{words}</td><td>{law}</td></tr>");
    }
    html.push_str("</tbody></table></div>");
    html
}

/// What words mean, in alphabetical order.
const GLOSSARY: [(&str, &str); 20] = [
    (
        "account",
        "A party on one chain that can hold funds. Its written form is its address. No person is meant.",
    ),
    ("base unit", "The smallest unit of an asset, such as 1 wei. All figures are whole numbers of these."),
    ("bridge", "A service that takes money in on one chain and pays it out on another."),
    (
        "deposit address",
        "An address that an exchange gives to one customer. Who pays in there pays that customer's account.",
    ),
    ("edge of the data", "An account whose own transfers no input file holds: the money may have moved on."),
    ("FACT", "No presumption was needed on the way to this point."),
    ("fan-out", "One account pays many alike."),
    ("finding", "A place where somebody named can stop money: a line of the list."),
    ("hop", "One transfer away from where the theft began."),
    ("INFERRED", "By a heuristic, whose measured rate of error stands above."),
    ("label", "What somebody says about an account, with source, date and confidence."),
    ("libr", "Lowest intermediate balance: clean money leaves first."),
    ("mixer", "A service that makes it hard to say whose money comes out."),
    ("peel chain", "A line of accounts each of which passes nearly all of its money on to a new one."),
    ("PRESUMED", "By the run's rule: stolen and other money were mixed on the way."),
    ("robust", "The least amount by fifo, lifo, prorata and libr."),
    ("rule", "How stolen and other money divide when an account that holds both pays."),
    ("stop", "A party at which the trace ends, such as an exchange: its inside is not seen."),
    (
        "swept",
        "Passed on from a customer's deposit address to the exchange's own wallet: the customer was credited.",
    ),
    ("taint", "The stolen part of a balance or a transfer."),
];

/// The section on words.
pub(super) fn glossary() -> String {
    let mut html = "<dl class=\"glossary\">".to_owned();
    for (word, means) in GLOSSARY {
        let _ = write!(html, "<div><dt>{word}</dt><dd>{means}</dd></div>");
    }
    html.push_str("</dl>");
    html
}

#[cfg(test)]
mod tests {
    use super::GLOSSARY;

    #[test]
    fn the_glossary_is_in_order() {
        assert!(GLOSSARY.is_sorted_by_key(|(word, _)| word.to_lowercase()));
    }
}
