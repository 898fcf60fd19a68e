//! `decisions COUNT`: documents in which much is tied to much, a line of JSON each, with what became of every element of them
//! on this machine. Another engine, such as the one in a browser, must say the same.

#[path = "../tests/joyce/tangle.rs"]
mod tangle;

use motet::{Id, Span, Why};
use std::process::ExitCode;
use tangle::{parcels, written};

/// How often something happens in a document.
const STEPS: usize = 120;

fn main() -> ExitCode {
    let Some(count) = std::env::args().nth(1).and_then(|count| count.parse().ok()) else {
        eprintln!("usage: decisions COUNT");
        return ExitCode::from(2);
    };
    (0..count).for_each(|seed: u64| println!("{}", line(seed)));
    ExitCode::SUCCESS
}

/// `{"seed", "frames": [in hexadecimal], "hash", "reasons": [[span, standing, [who it needs, gave way to or was undone by]]]}`
fn line(seed: u64) -> String {
    let mut member = written(seed, STEPS).swap_remove(0);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let frames: Vec<String> =
        parcels(&member, usize::MAX).iter().map(|parcel| format!("{:?}", hex(&parcel.bytes))).collect();
    let hash = member.document_mut().state_hash();
    let document = member.document();
    let mut reasons = Vec::new();
    for log in document.log().logs() {
        for (span, why) in document.why_parts(Span::new(log.replica, 0, log.end())) {
            let (standing, by) = told(&why);
            let by: Vec<String> =
                by.iter().map(|id| format!("\"{}\"", name(document.action_of(*id).unwrap_or(Span::of(*id))))).collect();
            reasons.push(format!("[\"{}\",\"{standing}\",[{}]]", name(span), by.join(",")));
        }
    }
    let (frames, reasons) = (frames.join(","), reasons.join(","));
    format!(r#"{{"seed":{seed},"frames":[{frames}],"hash":"{hash:016x}","reasons":[{reasons}]}}"#)
}

/// A span as JavaScript names it.
fn name(span: Span) -> String {
    format!("{:x}.{}-{}", span.replica.0, span.start, span.end)
}

fn told(why: &Why) -> (&'static str, Vec<Id>) {
    match why {
        Why::Active => ("active", Vec::new()),
        Why::Excluded(_) => ("hidden", Vec::new()),
        Why::Undone(by) => ("undone", vec![*by]),
        Why::Proposed { rejected, .. } => ("proposed", rejected.iter().copied().collect()),
        Why::Failed => ("failed", Vec::new()),
        Why::Dependent(on) => ("dependent", vec![*on]),
        Why::Unmet(_) => ("dependent", Vec::new()),
        Why::Lost(loss) => ("lost", loss.by().to_vec()),
    }
}
