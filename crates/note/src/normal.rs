//! The one form of a note: what editors and files may leave behind is brought into it.

mod blocks;
mod line;

use crate::block::{Block, Footnote, Note};
use crate::level::Level;
use crate::limits::LABEL_MAX;
use std::collections::BTreeMap;

impl Note {
    /// The note in the form that `check_invariants` asks for. It says the same: see docs/NOTES.md for what changes.
    #[must_use]
    pub fn normalized(self) -> Self {
        self.traced().0
    }

    /// The note in normal form, and which block each of its blocks was.
    pub(crate) fn traced(self) -> (Self, Vec<usize>) {
        let labels = labels(&self.footnotes);
        let mut taken = Taken::new();
        let footnotes = self.footnotes.into_iter().map(|footnote| {
            let name = labels.get(&footnote.label).cloned().unwrap_or_default();
            // A second definition of a label is kept under another: nobody refers to it, but its words stay.
            let label = unique(&name, &mut taken);
            Footnote { label, blocks: blocks::normal(footnote.blocks, &labels) }
        });
        let footnotes = footnotes.collect();
        let (blocks, origins) = blocks::traced(self.blocks, &labels);
        (Self { blocks, footnotes }, origins)
    }

    /// Says what breaks an invariant, if anything does.
    ///
    /// # Errors
    ///
    /// Names the first block, or footnote, that is not in normal form.
    pub fn check_invariants(&self) -> Result<(), Broken> {
        let normal = self.clone().normalized();
        let same = self.blocks.iter().zip(&normal.blocks).take_while(|(a, b)| a == b).count();
        if same < self.blocks.len() || same < normal.blocks.len() {
            return Err(Broken::Block(same));
        }
        let same = self.footnotes.iter().zip(&normal.footnotes).take_while(|(a, b)| a == b).count();
        if same < self.footnotes.len() { Err(Broken::Footnote(same)) } else { Ok(()) }
    }
}

/// Blocks in normal form, and for each of them which of those given it was: for who keeps blocks in another form than a
/// note's. `labels` says what each label that is
/// referred to is called from now on.
pub fn normal_blocks(blocks: Vec<Block>, labels: &BTreeMap<String, String>) -> (Vec<Block>, Vec<usize>) {
    blocks::traced(blocks, labels)
}

/// The levels of a block, made to follow from those of the block `before` it.
pub fn fitted_levels(levels: Vec<Level>, before: &[Level]) -> Vec<Level> {
    blocks::fitted(levels, before)
}

/// Which part of a note is not in normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The block at this index.
    #[error("block {0} is not in normal form")]
    Block(usize),
    /// The footnote at this index.
    #[error("footnote {0} is not in normal form")]
    Footnote(usize),
}

/// What each label that is defined is called from now on.
fn labels(footnotes: &[Footnote]) -> BTreeMap<String, String> {
    let mut taken = Taken::new();
    let mut names = BTreeMap::new();
    for Footnote { label, .. } in footnotes {
        if !names.contains_key(label) {
            names.insert(label.clone(), unique(&plain_label(label), &mut taken));
        }
    }
    names
}

/// A label with nothing in it that any format could read as something else.
pub fn plain_label(label: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || (!c.is_ascii() && c.is_alphanumeric());
    let plain: String = label.chars().map(|c| if is_plain(c) { c } else { '-' }).take(LABEL_MAX).collect();
    if plain.is_empty() { "note".to_owned() } else { plain }
}

/// Names that were given away, and how often each was asked for.
type Taken = BTreeMap<String, u32>;

/// The name, or the name with a number, that none before had in any case.
fn unique(name: &str, taken: &mut Taken) -> String {
    let key = name.to_lowercase();
    let mut count = taken.get(&key).copied().unwrap_or(0);
    let mut free = name.to_owned();
    while taken.contains_key(&free.to_lowercase()) {
        count = count.max(1) + 1;
        free = format!("{name}-{count}");
    }
    taken.insert(key, count.max(1));
    taken.entry(free.to_lowercase()).or_insert(1);
    free
}
