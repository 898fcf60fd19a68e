//! What texts show, with their objects and properties.

use super::number;
use crate::{RichRun, Text};
use clock::{Id, SortedMap};
use log::Value;

/// What a text shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptText {
    /// Its characters.
    pub text: String,
    /// Its parts in order; of a plain text none.
    pub runs: Vec<KeptRun>,
}

/// Characters with the same properties, or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptRun {
    /// How many code points it has.
    pub chars: u32,
    /// How many bytes these take.
    pub bytes: u32,
    /// The object and the number of its kind.
    pub object: Option<(Id, u32)>,
    /// The number of its set of properties and one; 0 for none.
    pub marks: u32,
}

/// Numbers sets of properties while texts are read.
#[derive(Default)]
pub(super) struct Collector {
    pub marks: Vec<Vec<(u32, Value)>>,
    /// By names and where the values lie: those of one mark are one.
    numbers: SortedMap<Vec<(u32, usize)>, u32>,
}

impl Collector {
    pub fn text(&mut self, text: &Text, names: &[String]) -> KeptText {
        let mut kept = KeptText { text: text.read(), runs: Vec::new() };
        if text.is_plain() {
            return kept;
        }
        for run in text.rich() {
            let run = self.run(&run, names);
            match kept.runs.last_mut() {
                Some(last) if last.object.is_none() && run.object.is_none() && last.marks == run.marks => {
                    last.chars += run.chars;
                    last.bytes += run.bytes;
                }
                _ => kept.runs.push(run),
            }
        }
        kept
    }

    fn run(&mut self, run: &RichRun<'_>, names: &[String]) -> KeptRun {
        let name = |name: &str| number(names, name).expect("all names are known");
        KeptRun {
            chars: run.span.len(),
            bytes: run.text.len() as u32,
            object: run.object.map(|kind| (run.span.first(), name(kind))),
            marks: self.number(run.marks.iter().map(|&(key, value)| (name(key), value)).collect()),
        }
    }

    fn number(&mut self, marks: Vec<(u32, &Value)>) -> u32 {
        if marks.is_empty() {
            return 0;
        }
        let places = marks.iter().map(|&(name, value)| (name, std::ptr::from_ref(value).addr())).collect();
        let all = &mut self.marks;
        *self.numbers.entry(places).or_insert_with(|| {
            all.push(marks.into_iter().map(|(name, value)| (name, value.clone())).collect());
            all.len() as u32
        })
    }
}
