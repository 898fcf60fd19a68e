//! Replicas and containers by short numbers: a table that grows as names are first used.

use crate::error::{DecodeError, EncodeError};
use crate::limits::{CONTAINERS, REPLICAS, SEQ};
use crate::reader::Reader;
use crate::value::kind_of;
use crate::writer::Writer;
use clock::{Id, ReplicaId, Seq, Span};
use log::{ContainerId, Crossing, Kind, RootName, Table};

/// Where a name that is not in the table yet is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where it is first used: a frame stands alone.
    Inline,
    /// In a column of its own: a block has one table for all.
    Table,
}

/// The names used so far.
///
/// Invariant: no name stands twice; in a frame the table does not hold the writer itself.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    place: Place,
    /// Whose ops are read or written: number 0.
    pub own: ReplicaId,
    replicas: Table<ReplicaId>,
    containers: Table<ContainerId>,
}

impl Names {
    pub fn new(place: Place, own: ReplicaId) -> Self {
        Self { place, own, replicas: Table::new(), containers: Table::new() }
    }

    /// The replicas, each at its place.
    pub fn replicas(&self) -> &[ReplicaId] {
        self.replicas.names()
    }

    /// The containers, each at its place.
    pub fn containers(&self) -> &[ContainerId] {
        self.containers.names()
    }

    /// Takes a replica into the table; `false` where it is there.
    pub fn add_replica(&mut self, replica: ReplicaId) -> bool {
        self.replicas.len() == self.replicas.number(replica) as usize
    }

    /// Takes a container into the table; `false` where it is there.
    pub fn add_container(&mut self, container: ContainerId) -> bool {
        self.containers.len() == self.containers.number(container) as usize
    }

    /// The place of `replica` in the table, taking it in where it is new.
    pub fn table_index(&mut self, replica: ReplicaId) -> usize {
        self.replicas.number(replica) as usize
    }

    /// The number of `replica`: 0 for the writer itself, otherwise one more than its place in the table.
    pub fn replica_number(&mut self, replica: ReplicaId) -> u64 {
        if replica == self.own {
            return 0;
        }
        1 + self.table_index(replica) as u64
    }

    /// The replica under a number given by [`Names::replica_number`].
    pub fn replica_at(&self, number: u64) -> Result<ReplicaId, DecodeError> {
        let Some(index) = number.checked_sub(1) else {
            return Ok(self.own);
        };
        let known = usize::try_from(index).ok().and_then(|index| self.replicas().get(index));
        known.copied().ok_or(DecodeError::Unknown { what: "replica number", number })
    }

    /// The place of `container` in the table, taking it in where it is new.
    pub fn container_number(&mut self, container: ContainerId) -> usize {
        self.containers.number(container) as usize
    }

    pub fn write_replica(&mut self, w: &mut Writer, replica: ReplicaId) -> Result<(), EncodeError> {
        let known = self.replicas.len() as u64;
        let number = self.replica_number(replica);
        w.limited(number, REPLICAS)?;
        if self.place == Place::Inline && number > known {
            w.charge(NAME_WEIGHT);
            w.put(&replica.0.to_le_bytes());
        }
        Ok(())
    }

    pub fn read_replica(&mut self, r: &mut Reader<'_>) -> Result<ReplicaId, DecodeError> {
        let number = r.limited(REPLICAS)?;
        if self.place == Place::Table || number <= self.replicas.len() as u64 {
            return self.replica_at(number);
        }
        if number > self.replicas.len() as u64 + 1 {
            return Err(DecodeError::Unknown { what: "replica number", number });
        }
        r.charge(NAME_WEIGHT)?;
        let replica = ReplicaId(u64::from_le_bytes(r.array()?));
        if replica == self.own || !self.add_replica(replica) {
            return Err(DecodeError::NotCanonical("a replica named twice"));
        }
        Ok(replica)
    }

    /// An element before counter `at` of the writer, or any element of another replica.
    pub fn write_id(&mut self, w: &mut Writer, id: Id, at: Seq) -> Result<(), EncodeError> {
        self.write_replica(w, id.replica)?;
        self.write_seq(w, id, at)
    }

    fn write_seq(&mut self, w: &mut Writer, id: Id, at: Seq) -> Result<(), EncodeError> {
        if id.replica == self.own {
            let back = at.checked_sub(id.seq).filter(|&back| back > 0);
            w.varint(u64::from(back.ok_or(EncodeError::Invalid("an op names an element that is not before it"))?) - 1);
            return Ok(());
        }
        w.limited(u64::from(id.seq), SEQ)
    }

    pub fn read_id(&mut self, r: &mut Reader<'_>, at: Seq) -> Result<Id, DecodeError> {
        let replica = self.read_replica(r)?;
        self.read_seq(r, replica, at)
    }

    fn read_seq(&mut self, r: &mut Reader<'_>, replica: ReplicaId, at: Seq) -> Result<Id, DecodeError> {
        let number = r.limited(SEQ)? as Seq;
        if replica != self.own {
            return Ok(Id::new(replica, number));
        }
        let seq = at.checked_sub(1).and_then(|last| last.checked_sub(number));
        Ok(Id::new(replica, seq.ok_or(DecodeError::Invalid("an op names an element that is not before it"))?))
    }

    pub fn write_id_or_none(&mut self, w: &mut Writer, id: Option<Id>, at: Seq) -> Result<(), EncodeError> {
        match id {
            None => {
                w.byte(0);
                Ok(())
            }
            Some(id) => {
                w.byte(1);
                self.write_id(w, id, at)
            }
        }
    }

    pub fn read_id_or_none(&mut self, r: &mut Reader<'_>, at: Seq) -> Result<Option<Id>, DecodeError> {
        match r.byte()? {
            0 => Ok(None),
            1 => self.read_id(r, at).map(Some),
            other => Err(DecodeError::Unknown { what: "presence of an element", number: other.into() }),
        }
    }

    /// An element where there may be none, for which stands 0: its replica's number and one, then as in
    /// [`Names::write_id`]. Only where names have a table of their own.
    pub fn write_numbered(&mut self, w: &mut Writer, id: Id, at: Seq) -> Result<(), EncodeError> {
        let number = self.replica_number(id.replica);
        w.varint(REPLICAS.check(number)? + 1);
        self.write_seq(w, id, at)
    }

    pub fn read_numbered(&mut self, r: &mut Reader<'_>, at: Seq) -> Result<Option<Id>, DecodeError> {
        let Some(number) = r.varint()?.checked_sub(1) else { return Ok(None) };
        let replica = self.replica_at(number)?;
        if number > 0 && replica == self.own {
            return Err(DecodeError::NotCanonical("an own element under a number"));
        }
        self.read_seq(r, replica, at).map(Some)
    }

    /// A span that is not empty: its last element, then how many more there are.
    pub fn write_span(&mut self, w: &mut Writer, span: Span, at: Seq) -> Result<(), EncodeError> {
        if span.is_empty() {
            return Err(EncodeError::Invalid("an empty span"));
        }
        self.write_id(w, span.last(), at)?;
        w.varint(u64::from(span.len() - 1));
        Ok(())
    }

    pub fn read_span(&mut self, r: &mut Reader<'_>, at: Seq) -> Result<Span, DecodeError> {
        let last = self.read_id(r, at)?;
        let more = r.limited(SEQ)? as Seq;
        let start = last.seq.checked_sub(more).ok_or(DecodeError::Invalid("a span begins below zero"))?;
        Ok(Span::new(last.replica, start, last.seq + 1))
    }

    pub fn write_container(&mut self, w: &mut Writer, container: ContainerId) -> Result<(), EncodeError> {
        let known = self.containers.len();
        let number = self.container_number(container);
        if self.place == Place::Table {
            return w.limited(number as u64, CONTAINERS);
        }
        if number < known {
            return w.limited(number as u64 + 1, CONTAINERS);
        }
        w.byte(0);
        w.charge(NAME_WEIGHT);
        self.write_definition(w, container)
    }

    pub fn read_container(&mut self, r: &mut Reader<'_>, kind: Kind) -> Result<ContainerId, DecodeError> {
        let number = r.limited(CONTAINERS)?;
        let container = if self.place == Place::Inline && number == 0 {
            r.charge(NAME_WEIGHT)?;
            let container = self.read_definition(r)?;
            if !self.add_container(container) {
                return Err(DecodeError::NotCanonical("a container named twice"));
            }
            container
        } else {
            let index = number - u64::from(self.place == Place::Inline);
            let known = self.containers().get(index as usize);
            *known.ok_or(DecodeError::Unknown { what: "container number", number })?
        };
        if container.kind() != kind {
            return Err(DecodeError::Invalid("an op on a container of another kind"));
        }
        Ok(container)
    }

    /// The kind in the bits from the sixth on; below them 0 for an element's container, the length of a root's
    /// name and one, or [`CROSSING`].
    pub fn write_definition(&mut self, w: &mut Writer, container: ContainerId) -> Result<(), EncodeError> {
        let kind = (container.kind() as u64) << 5;
        match container {
            ContainerId::Root(_, name) => {
                let name = name.as_str();
                w.varint(kind + 1 + name.len() as u64);
                w.put(name.as_bytes());
            }
            ContainerId::Element(_, id) => {
                w.varint(kind);
                self.write_maker(w, id)?;
            }
            ContainerId::Crossing(_, crossing) => {
                w.varint(kind + CROSSING);
                self.write_maker(w, crossing.row())?;
                self.write_maker(w, crossing.column())?;
            }
        }
        Ok(())
    }

    fn write_maker(&mut self, w: &mut Writer, id: Id) -> Result<(), EncodeError> {
        match self.place {
            Place::Inline => self.write_replica(w, id.replica)?,
            Place::Table => w.limited(self.table_index(id.replica) as u64, REPLICAS)?,
        }
        w.limited(u64::from(id.seq), SEQ)
    }

    fn read_maker(&mut self, r: &mut Reader<'_>) -> Result<Id, DecodeError> {
        let replica = match self.place {
            Place::Inline => self.read_replica(r)?,
            Place::Table => self.replica_at(r.limited(REPLICAS)? + 1)?,
        };
        Ok(Id::new(replica, r.limited(SEQ)? as Seq))
    }

    pub fn read_definition(&mut self, r: &mut Reader<'_>) -> Result<ContainerId, DecodeError> {
        let head = r.varint()?;
        let number = head >> 5;
        let kind = kind_of(number).ok_or(DecodeError::Unknown { what: "container kind", number })?;
        let len = match head & 31 {
            0 => return Ok(ContainerId::Element(kind, self.read_maker(r)?)),
            CROSSING => {
                let (row, column) = (self.read_maker(r)?, self.read_maker(r)?);
                return Ok(ContainerId::Crossing(kind, Crossing::new(row, column)));
            }
            named => named - 1,
        };
        let name = std::str::from_utf8(r.take(len as usize)?).map_err(|_| DecodeError::Utf8)?;
        let name = RootName::new(name).ok_or(DecodeError::Invalid("a root's name is too long"))?;
        Ok(ContainerId::Root(kind, name))
    }
}

/// Says that a container hangs on two elements; longer names than this could say are not allowed.
const CROSSING: u64 = 31;

/// What an entry of a table takes in memory, twice over for its index.
pub(crate) const NAME_WEIGHT: u64 = 160;
