//! Registers: one value each at a time. A register shows the latest write that nobody replaced, and keeps the
//! others as alternatives.
//!
//! A write is *covered* while it is active or replaced by one that is covered; so a write is replaced by an active
//! one, directly or through writes in between, active or not, where any that names it is covered. How many those are
//! is kept with each write, and a change goes on to what a write replaces only where its cover changes.

use crate::sequence::Handles;
use clock::{Id, Lamport, Seq};
use log::{Table, Value, room};

/// No write.
const NONE: u32 = u32::MAX;
/// Set where a write replaces several.
const SEVERAL: u32 = 1 << 31;

/// One write of a register.
#[derive(Clone, Debug)]
struct Write {
    lamport: Lamport,
    value: Option<Value>,
    /// Its replica, as the registers number them.
    writer: u32,
    seq: Seq,
    register: u32,
    /// The write that it replaces; with [`SEVERAL`] set, where in the list of several they are; [`NONE`].
    replaced: u32,
    /// How many writes that replace it are covered.
    replacers: u32,
    active: bool,
}

impl Write {
    fn is_covered(&self) -> bool {
        self.active || self.replacers > 0
    }

    fn is_head(&self) -> bool {
        self.active && self.replacers == 0
    }
}

/// The active writes of a register that no active write replaces, ascending by Lamport time, then id.
#[derive(Clone, Debug)]
struct Heads {
    /// The write that it was made with, which is known to it only; [`NONE`].
    base: u32,
    /// The last, which shows; [`NONE`].
    shown: u32,
    /// Those before it: nearly never any.
    others: Vec<u32>,
}

/// The writes of a register that nobody replaced, see [`Registers::heads`].
pub(crate) struct HeadsOf<'a> {
    registers: &'a Registers,
    shown: u32,
    others: &'a [u32],
}

/// By itself rather than put together from others, which would be compiled anew wherever it is asked.
impl<'a> Iterator for HeadsOf<'a> {
    type Item = (Id, Option<&'a Value>);

    fn next(&mut self) -> Option<Self::Item> {
        let write = match std::mem::replace(&mut self.shown, NONE) {
            NONE => *self.others.split_off_last()?,
            shown => shown,
        };
        Some((self.registers.id(write), self.registers.writes[write as usize].value.as_ref()))
    }
}

/// The state of the registers of a container.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registers {
    handles: Handles,
    writers: Table<clock::ReplicaId>,
    writes: Vec<Write>,
    /// What writes replace that replace several.
    several: Vec<Box<[u32]>>,
    heads: Vec<Heads>,
}

impl Registers {
    /// A new register; its number.
    pub fn add(&mut self) -> u32 {
        room::push(&mut self.heads, Heads { base: NONE, shown: NONE, others: Vec::new() });
        self.heads.len() as u32 - 1
    }

    /// How many registers there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// A new register that holds something, by a write that may be older than others here; its number.
    pub fn add_with(&mut self, time: (Id, Lamport), value: &Value) -> u32 {
        let register = self.add();
        let base = self.push(register, time, Some(value.clone()), NONE);
        self.heads[register as usize].base = base;
        self.switch(base, true);
        register
    }

    /// What a register holds: what the latest write says that nobody replaced.
    pub fn shown(&self, register: u32) -> Option<&Value> {
        self.writes.get(self.heads[register as usize].shown as usize)?.value.as_ref()
    }

    /// The writes of a register that nobody replaced, the one that shows first, then later ones first.
    pub fn heads(&self, register: u32) -> HeadsOf<'_> {
        let Heads { shown, others, .. } = &self.heads[register as usize];
        HeadsOf { registers: self, shown: *shown, others }
    }

    fn id(&self, write: u32) -> Id {
        let Write { writer, seq, .. } = self.writes[write as usize];
        Id::new(self.writers.name(writer), seq)
    }

    /// Takes in a write that comes after all that it replaces. What it names besides has no effect.
    pub fn insert(
        &mut self,
        register: u32,
        (id, lamport): (Id, Lamport),
        value: Option<Value>,
        pred: &[Id],
        active: bool,
    ) {
        let replaced = self.replaced_by(register, pred);
        let number = self.push(register, (id, lamport), value, replaced);
        self.handles.add(id, number, 1);
        if active {
            self.switch(number, true);
        }
    }

    /// Adds a write that is not active; its number.
    fn push(&mut self, register: u32, (id, lamport): (Id, Lamport), value: Option<Value>, replaced: u32) -> u32 {
        let (writer, seq) = (self.writers.number(id.replica), id.seq);
        let write = Write { lamport, value, writer, seq, register, replaced, replacers: 0, active: false };
        room::push(&mut self.writes, write);
        self.writes.len() as u32 - 1
    }

    /// How a write that replaces `pred` keeps what of it are writes of its register.
    fn replaced_by(&mut self, register: u32, pred: &[Id]) -> u32 {
        let of_register = |&write: &u32| self.writes[write as usize].register == register;
        let base = self.heads[register as usize].base;
        let base = (base != NONE).then(|| (self.id(base), base));
        let known = |id: &Id| match base {
            Some((of, base)) if of == *id => Some(base),
            _ => self.handles.get(*id).filter(of_register),
        };
        if let [] | [_] = pred {
            return pred.first().and_then(known).unwrap_or(NONE);
        }
        let replaced: Vec<u32> = pred.iter().filter_map(known).collect();
        match replaced[..] {
            [] => NONE,
            [only] => only,
            _ => {
                self.several.push(replaced.into());
                SEVERAL | (self.several.len() as u32 - 1)
            }
        }
    }

    /// Lets a write that is not active count as written at another time.
    pub fn set_lamport(&mut self, id: Id, lamport: Lamport) {
        if let Some(number) = self.handles.get(id) {
            let write = &mut self.writes[number as usize];
            debug_assert!(!write.active, "the order of heads goes by it");
            write.lamport = lamport;
        }
    }

    /// Turns a write on or off; returns the register where that changed anything.
    pub fn set_active(&mut self, id: Id, on: bool) -> Option<u32> {
        let number = self.handles.get(id)?;
        let Write { active, register, .. } = self.writes[number as usize];
        (active != on).then(|| {
            self.switch(number, on);
            register
        })
    }

    fn switch(&mut self, number: u32, on: bool) {
        let was_covered = self.writes[number as usize].is_covered();
        self.change(number, |write| write.active = on);
        let Write { replaced, .. } = self.writes[number as usize];
        if replaced == NONE || self.writes[number as usize].is_covered() == was_covered {
            return;
        }
        // Nearly always there is nothing behind the first.
        let (mut next, mut open) = (Some(number), Vec::new());
        while let Some(number) = next {
            for at in 0.. {
                let Some(replaced) = self.replaced(number, at) else { break };
                let was_covered = self.writes[replaced as usize].is_covered();
                self.change(replaced, |write| {
                    write.replacers = if on { write.replacers + 1 } else { write.replacers - 1 };
                });
                if self.writes[replaced as usize].is_covered() != was_covered {
                    open.push(replaced);
                }
            }
            next = open.pop();
        }
    }

    /// The write at place `at` among those that a write replaces.
    fn replaced(&self, number: u32, at: usize) -> Option<u32> {
        match self.writes[number as usize].replaced {
            NONE => None,
            several if several & SEVERAL != 0 => self.several[(several & !SEVERAL) as usize].get(at).copied(),
            only => (at == 0).then_some(only),
        }
    }

    /// Changes a write, and its place among the heads with it.
    #[inline]
    fn change(&mut self, number: u32, change: impl FnOnce(&mut Write)) {
        let write = &mut self.writes[number as usize];
        let was_head = write.is_head();
        change(write);
        match (was_head, write.is_head()) {
            (true, false) => self.remove_head(number),
            (false, true) => self.add_head(number),
            _ => {}
        }
    }

    fn remove_head(&mut self, number: u32) {
        let heads = &mut self.heads[self.writes[number as usize].register as usize];
        if heads.shown == number {
            heads.shown = heads.others.pop().unwrap_or(NONE);
        } else {
            heads.others.retain(|&head| head != number);
        }
    }

    fn add_head(&mut self, number: u32) {
        let time = |write: u32| (self.writes[write as usize].lamport, self.id(write));
        let register = self.writes[number as usize].register as usize;
        let Heads { shown, others, .. } = &self.heads[register];
        let is_last = *shown == NONE || time(*shown) < time(number);
        #[cfg(feature = "fault-injection")]
        let is_last = is_last || fault::is_on(fault::Fault::LastArrivalWins);
        let at = others.partition_point(|&other| time(other) < time(number));
        let heads = &mut self.heads[register];
        if is_last {
            let before = std::mem::replace(&mut heads.shown, number);
            heads.others.extend(Some(before).filter(|&before| before != NONE));
        } else {
            heads.others.insert(at, number);
        }
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        let mut replacers = vec![0; self.writes.len()];
        // What replaces a write comes after it.
        for number in (0..self.writes.len()).rev() {
            if self.writes[number].active || replacers[number] > 0 {
                (0..).map_while(|at| self.replaced(number as u32, at)).for_each(|write| replacers[write as usize] += 1);
            }
        }
        assert!(self.writes.iter().map(|write| write.replacers).eq(replacers), "replacers are counted");
        for (register, heads) in self.heads.iter().enumerate() {
            let mut known: Vec<u32> = heads.others.clone();
            known.extend(Some(heads.shown).filter(|&shown| shown != NONE));
            let time = |write: u32| (self.writes[write as usize].lamport, self.id(write));
            assert!(known.is_sorted_by_key(|&write| time(write)) || cfg!(feature = "fault-injection"));
            let heads = self.writes.iter().filter(|write| write.register as usize == register && write.is_head());
            assert_eq!(heads.count(), known.len());
            assert!(known.iter().all(|&write| self.writes[write as usize].is_head()));
        }
    }
}
