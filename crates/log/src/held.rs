//! Values as a log holds them: whole numbers, which most are, lie without what else a value may be.

use crate::op::Value;
use crate::room;

/// A value that something else holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// [`Value::Int`].
    Int(i64),
    /// Any other.
    Other(&'a Value),
}

impl ValueRef<'_> {
    /// The value, with its own memory.
    pub fn to_value(self) -> Value {
        match self {
            Self::Int(int) => Value::Int(int),
            Self::Other(value) => value.clone(),
        }
    }
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Int(int) => Self::Int(*int),
            other => Self::Other(other),
        }
    }
}

/// Values in order that something else holds.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// All whole numbers.
    Ints(&'a [i64]),
    /// Any.
    Any(&'a [Value]),
}

impl<'a> Values<'a> {
    /// How many they are.
    pub fn len(self) -> usize {
        match self {
            Self::Ints(ints) => ints.len(),
            Self::Any(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Those from `from` up to `to`.
    #[must_use]
    pub fn cut(self, from: usize, to: usize) -> Self {
        match self {
            Self::Ints(ints) => Self::Ints(&ints[from..to]),
            Self::Any(values) => Self::Any(&values[from..to]),
        }
    }

    /// One after another.
    pub fn iter(self) -> impl ExactSizeIterator<Item = ValueRef<'a>> {
        (0..self.len()).map(move |at| match self {
            Self::Ints(ints) => ValueRef::Int(ints[at]),
            Self::Any(values) => ValueRef::from(&values[at]),
        })
    }

    /// The values, with their own memory.
    pub fn to_vec(self) -> Vec<Value> {
        match self {
            Self::Ints(ints) => ints.iter().copied().map(Value::Int).collect(),
            Self::Any(values) => values.to_vec(),
        }
    }
}

impl<'a> From<&'a [Value]> for Values<'a> {
    fn from(values: &'a [Value]) -> Self {
        Self::Any(values)
    }
}

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// The values that the ops of a log name, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    ints: Vec<i64>,
    any: Vec<Value>,
    /// Which of those are blobs.
    blobs: Vec<u32>,
}

/// Set in the numbers of values that lie among whole numbers.
const INT: u32 = 1 << 31;

impl Pool {
    /// Makes room for half of what there is.
    pub fn make_room(&mut self) {
        let more = self.any.len() / 2;
        room::make_room(&mut self.any, more);
    }

    /// Gives back room that is not needed soon.
    pub fn give_back(&mut self) {
        room::give_back(&mut self.any);
    }

    /// The values that are blobs.
    pub fn blobs(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.blobs.iter().map(|&number| &self.any[number as usize])
    }

    /// The value under a number.
    pub fn one(&self, number: u32) -> ValueRef<'_> {
        match number & INT {
            0 => ValueRef::from(&self.any[number as usize]),
            _ => ValueRef::Int(self.ints[(number & !INT) as usize]),
        }
    }

    /// `len` values, from the one on that comes `skip` behind number `first`.
    pub fn several(&self, first: u32, skip: u32, len: u32) -> Values<'_> {
        let start = ((first & !INT) + skip) as usize;
        match first & INT {
            0 => Values::Any(&self.any[start..][..len as usize]),
            _ => Values::Ints(&self.ints[start..][..len as usize]),
        }
    }

    /// Adds values, of which there is one at least; the number of the first.
    pub fn add(&mut self, values: impl IntoIterator<Item = Value>) -> u32 {
        let first = INT | number(self.ints.len());
        self.carry_on(first, values)
    }

    /// Adds values behind those from number `first` on, which were added last; the number that the first has then.
    pub fn carry_on(&mut self, first: u32, values: impl IntoIterator<Item = Value>) -> u32 {
        let mut values = values.into_iter();
        if first & INT == 0 {
            self.add_any(values);
            return first;
        }
        let other = loop {
            match values.next() {
                None => return first,
                Some(Value::Int(int)) => room::push(&mut self.ints, int),
                Some(other) => break other,
            }
        };
        // They are not all whole numbers, and lie together.
        let ints = self.ints.split_off((first & !INT) as usize);
        let first = number(self.any.len());
        self.add_any(ints.into_iter().map(Value::Int).chain([other]).chain(values));
        first
    }

    fn add_any(&mut self, values: impl Iterator<Item = Value>) {
        for value in values {
            if value.blob().is_some() {
                self.blobs.push(number(self.any.len()));
            }
            room::push(&mut self.any, value);
        }
    }
}

fn number(len: usize) -> u32 {
    let number = u32::try_from(len).ok().filter(|number| number & INT == 0);
    number.expect("fewer values than bytes, which are bounded where they come in")
}
