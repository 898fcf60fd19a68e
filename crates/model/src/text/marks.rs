//! Marks: what properties stretches of a text have (Litt, Lim, Kleppmann and van Hardenberg, "Peritext", 2022).
//!
//! Nothing is kept with characters. Each property has a layer of its own: the parts of the text over which one mark
//! decides, and the marks, active or not. One mark more is painted over the parts that it covers; whatever else
//! happens, a layer is made anew.

use super::Text;
use super::cover::{Claim, Part, Time, decide};
use super::edge::{Edge, Key, Ranks, Stretch};
use crate::digest::Digest;
use crate::patch::TextPatch;
use clock::{Id, Lamport, SortedMap};
use log::{TextRange, Value};
use std::ops::Range;

/// All marks of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    layers: SortedMap<String, Layer>,
    /// The layers in which marks were turned on or off since they were settled.
    changed: Vec<String>,
}

/// The marks of one property.
#[derive(Clone, Debug)]
struct Layer {
    marks: Vec<Mark>,
    numbers: SortedMap<Id, u32>,
    /// Ascending from the start on; neighbours differ.
    parts: Vec<Part>,
    /// The marks that were turned on or off since the parts were made; some perhaps back again, or named twice.
    toggled: Vec<u32>,
    /// Whether the parts go by a time of a mark that is another now.
    is_stale: bool,
}

/// How many parts there are at least for each mark that is painted over them: making a layer anew looks at each part and
/// mark, painting finds its place among all.
const PAINT_SHARE: usize = 8;

#[derive(Clone, Debug)]
struct Mark {
    time: Time,
    stretches: Vec<Stretch>,
    value: Option<Value>,
    is_active: bool,
    /// Whether that is another than when the parts were made.
    is_toggled: bool,
}

impl Default for Layer {
    fn default() -> Self {
        let parts = vec![Part { start: Edge::Start, decides: None }];
        Self { marks: Vec::new(), numbers: SortedMap::new(), parts, toggled: Vec::new(), is_stale: false }
    }
}

impl Layer {
    /// What the property is where a part is decided so.
    fn value(&self, decides: Option<(u32, u32)>) -> Option<&Value> {
        self.marks[decides?.0 as usize].value.as_ref()
    }

    fn toggle(&mut self, number: u32) {
        let mark = &mut self.marks[number as usize];
        mark.is_active ^= true;
        mark.is_toggled ^= true;
        if mark.is_toggled {
            self.toggled.push(number);
        }
    }

    /// The marks that were turned on or off since the parts were made, each once; there are none any more then.
    fn take_toggled(&mut self) -> Vec<u32> {
        let mut toggled = std::mem::take(&mut self.toggled);
        toggled.retain(|&number| std::mem::take(&mut self.marks[number as usize].is_toggled));
        toggled
    }

    /// Whether these marks, and no others, were just turned on, and are few enough to be painted over the others.
    fn is_painted(&self, toggled: &[u32]) -> bool {
        let is_few = toggled.len() <= 1 || toggled.len() * PAINT_SHARE <= self.parts.len();
        is_few && toggled.iter().all(|&number| self.marks[number as usize].is_active)
    }
}

impl Text {
    /// Takes in a mark that is not active.
    pub fn insert_mark(&mut self, id: Id, lamport: Lamport, ranges: &[TextRange], key: &str, value: Option<&Value>) {
        let stretches = ranges.iter().filter_map(|range| self.stretch(range)).collect();
        if !self.marks.layers.contains_key(key) {
            self.marks.layers.insert(key.into(), Layer::default());
        }
        let layer = self.marks.layers.get_mut(key).expect("just put there");
        layer.numbers.insert(id, layer.marks.len() as u32);
        let (time, value) = ((lamport, id), value.cloned());
        layer.marks.push(Mark { time, stretches, value, is_active: false, is_toggled: false });
    }

    /// Turns a mark on or off; it must be the other way. Shows once [`Text::settle`] is called.
    pub fn set_marked(&mut self, id: Id, key: &str) {
        let Some(layer) = self.marks.layers.get_mut(key) else { return };
        let Some(&number) = layer.numbers.get(&id) else { return };
        if layer.toggled.is_empty() {
            self.marks.changed.push(key.into());
        }
        layer.toggle(number);
    }

    /// Lets a mark that is not active count as made at another time.
    pub fn set_mark_lamport(&mut self, id: Id, key: &str, lamport: Lamport) {
        let Some(layer) = self.marks.layers.get_mut(key) else { return };
        let Some(&number) = layer.numbers.get(&id) else { return };
        let mark = &mut layer.marks[number as usize];
        layer.is_stale |= mark.is_toggled && mark.time.0 != lamport;
        mark.time.0 = lamport;
    }

    /// Brings layers up to date; says in `patch` where a property may be another.
    pub(super) fn settle_marks(&mut self, mut patch: Option<&mut TextPatch>) {
        for key in std::mem::take(&mut self.marks.changed) {
            let mut layer = std::mem::replace(self.marks.layers.get_mut(&key).expect("it changed"), Layer::AWAY);
            let toggled = layer.take_toggled();
            let is_stale = std::mem::take(&mut layer.is_stale);
            let changed = if !is_stale && layer.is_painted(&toggled) {
                let mut changed = Vec::new();
                toggled.into_iter().for_each(|mark| self.paint(&mut layer, mark, &mut changed));
                changed
            } else {
                let ranks = self.ranks();
                let old = self.decide_again(&mut layer, &ranks);
                if patch.is_some() { self.different(&ranks, &old, &layer.parts) } else { Vec::new() }
            };
            if let Some(patch) = patch.as_deref_mut() {
                changed
                    .into_iter()
                    .flat_map(|stretch| self.shown_utf16(stretch))
                    .for_each(|range| patch.restyle(range));
            }
            *self.marks.layers.get_mut(&key).expect("it changed") = layer;
        }
    }

    /// Lets a mark decide wherever none that is later does; notes where it does.
    fn paint(&self, Layer { marks, parts, .. }: &mut Layer, number: u32, changed: &mut Vec<Stretch>) {
        let Mark { time, stretches, .. } = &marks[number as usize];
        for (stretch, at) in stretches.iter().zip(0..) {
            let (first, last) = (self.cut(parts, stretch.start), self.cut(parts, stretch.end));
            for part in first..last {
                let decides = parts[part].decides;
                if decides.is_none_or(|(other, _)| marks[other as usize].time < *time) {
                    let end = parts.get(part + 1).map_or(Edge::End, |next| next.start);
                    changed.push(Stretch { start: parts[part].start, end });
                    parts[part].decides = Some((number, at));
                }
            }
            join(parts, first.saturating_sub(1)..(last + 1).min(parts.len()));
        }
    }

    /// Makes a part begin at a gap; returns which. At the end there is none.
    fn cut(&self, parts: &mut Vec<Part>, edge: Edge) -> usize {
        if edge == Edge::End {
            return parts.len();
        }
        let behind = self.edges_until(parts.len(), |at| parts[at].start, edge);
        if parts[behind - 1].start == edge {
            return behind - 1;
        }
        parts.insert(behind, Part { start: edge, ..parts[behind - 1] });
        behind
    }

    /// Makes the parts of a layer anew; returns those before.
    fn decide_again(&self, layer: &mut Layer, ranks: &Ranks) -> Vec<Part> {
        let active = layer.marks.iter().zip(0..).filter(|(mark, _)| mark.is_active);
        let claims = active.map(|(mark, number)| Claim { number, time: mark.time, stretches: &mark.stretches });
        let mut parts = decide(self, ranks, claims.collect());
        parts.dedup_by_key(|part| part.decides.map(|(mark, _)| mark));
        std::mem::replace(&mut layer.parts, parts)
    }

    /// Where one mark decides in `old` and another in `new`.
    fn different(&self, ranks: &Ranks, old: &[Part], new: &[Part]) -> Vec<Stretch> {
        let starts = old.iter().chain(new).map(|part| (self.key(ranks, part.start), part.start));
        let mut edges: Vec<(Key, Edge)> = starts.collect();
        edges.sort_unstable_by_key(|(key, _)| *key);
        edges.dedup_by_key(|(key, _)| *key);
        let ends = edges.iter().map(|(_, edge)| *edge).skip(1).chain([Edge::End]);
        let stretches = edges.iter().zip(ends).map(|(&(_, start), end)| Stretch { start, end });
        let (mut before, mut after) = (Cut::of(old), Cut::of(new));
        stretches.filter(|stretch| before.at(stretch.start) != after.at(stretch.start)).collect()
    }

    /// A hash of all properties. Costs as much as there are parts.
    pub(super) fn hash_marks(&self, digest: &mut Digest) {
        for (key, layer) in self.marks.layers.iter().filter(|(_, layer)| layer.parts.len() > 1 || layer.is_whole()) {
            digest.bytes(key.as_bytes());
            for part in &layer.parts {
                digest.gap(self.gap(part.start));
                digest.value(layer.value(part.decides));
            }
        }
    }

    /// The properties at and behind a gap, to be read on from there.
    pub(super) fn marks_from(&self, edge: Edge) -> MarkCursor<'_> {
        let at = |layer: &Layer| self.edges_until(layer.parts.len(), |at| layer.parts[at].start, edge) - 1;
        MarkCursor { layers: self.marks.layers.iter().map(|(key, layer)| (key.as_str(), layer, at(layer))).collect() }
    }

    pub(super) fn check_marks(&self) {
        assert!(self.marks.changed.is_empty());
        for layer in self.marks.layers.values() {
            assert!(layer.toggled.is_empty());
            let mut fresh = layer.clone();
            self.decide_again(&mut fresh, &self.ranks());
            let marks = |parts: &[Part]| -> Vec<_> {
                parts.iter().map(|part| (part.start, part.decides.map(|(mark, _)| mark))).collect()
            };
            assert_eq!(marks(&fresh.parts), marks(&layer.parts), "parts are what deciding again finds");
        }
    }
}

/// Joins neighbours over which the same mark decides, among parts of these numbers.
fn join(parts: &mut Vec<Part>, among: Range<usize>) {
    let decides = |part: &Part| part.decides.map(|(mark, _)| mark);
    let mut kept = among.start + 1;
    for at in among.start + 1..among.end {
        if decides(&parts[at]) != decides(&parts[kept - 1]) {
            parts[kept] = parts[at];
            kept += 1;
        }
    }
    parts.drain(kept..among.end);
}

impl Layer {
    /// What stands in the place of one that is away to be changed.
    const AWAY: Self =
        Self { marks: Vec::new(), numbers: SortedMap::new(), parts: Vec::new(), toggled: Vec::new(), is_stale: false };

    /// Whether one mark decides over everything.
    fn is_whole(&self) -> bool {
        self.parts[0].decides.is_some()
    }
}

impl Marks {
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// About how much memory it takes, in bytes.
    pub fn memory(&self) -> usize {
        let layer = |(key, layer): (&String, &Layer)| {
            let stretches: usize = layer.marks.iter().map(|mark| mark.stretches.len()).sum();
            key.len()
                + size_of_val(layer.parts.as_slice())
                + size_of_val(layer.marks.as_slice())
                + stretches * size_of::<Stretch>()
                + layer.numbers.len() * size_of::<(Id, u32)>()
        };
        self.layers.iter().map(layer).sum()
    }
}

/// Reads parts from left to right.
struct Cut<'a> {
    parts: &'a [Part],
}

impl<'a> Cut<'a> {
    fn of(parts: &'a [Part]) -> Self {
        Self { parts }
    }

    /// Which mark decides behind `edge`, which comes behind the last that was asked for and, where a part begins
    /// there, is its beginning.
    fn at(&mut self, edge: Edge) -> Option<u32> {
        if let [_, next, ..] = self.parts
            && next.start == edge
        {
            self.parts = &self.parts[1..];
        }
        self.parts[0].decides.map(|(mark, _)| mark)
    }
}

/// Reads properties from left to right.
pub(super) struct MarkCursor<'a> {
    /// By key, with the number of the part that holds here.
    layers: Vec<(&'a str, &'a Layer, usize)>,
}

impl<'a> MarkCursor<'a> {
    /// What is set here, ascending by key.
    pub fn here(&self) -> Vec<(&'a str, &'a Value)> {
        let set = |&(key, layer, at): &(&'a str, &'a Layer, usize)| Some((key, layer.value(layer.parts[at].decides)?));
        self.layers.iter().filter_map(set).collect()
    }

    /// Goes over gaps at a place: `is_here` tells whether a gap is at it.
    pub fn pass(&mut self, is_here: impl Fn(Edge) -> bool) {
        for (_, layer, at) in &mut self.layers {
            while layer.parts.get(*at + 1).is_some_and(|next| is_here(next.start)) {
                *at += 1;
            }
        }
    }

    /// How far it is to the next gap among some elements, by `offset`, which finds it for a gap among them.
    pub fn next(&self, offset: impl Fn(Edge) -> Option<u32>) -> Option<u32> {
        let starts = self.layers.iter().filter_map(|(_, layer, at)| layer.parts.get(at + 1));
        starts.filter_map(|part| offset(part.start)).min()
    }
}
