//! What goes wrong, and how it is made good.

use super::{Carried, Event, World};
use crate::acts::{see_everything, some_version};
use crate::network::{alter, delay_ms};
use crate::random::Random;
use sync::{Figure, PeerKey};

/// What may happen in place of an act.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Break,
    Divide,
    Crash,
    CutPower,
    Reload,
    Collect,
    Carry,
    Show,
    Jump,
    Back,
}

impl World {
    /// Draws whether something goes wrong instead of an act of member `at`, and lets it.
    pub(super) fn go_wrong(&mut self, at: usize) -> Result<bool, String> {
        let Some(fault) = self.draw_fault() else { return Ok(false) };
        self.trace.note(self.now_ms, format_args!("{at} {fault:?}"));
        match fault {
            Fault::Break => self.break_some(),
            Fault::Divide => self.divide(),
            Fault::Crash => self.crash(at),
            Fault::CutPower => self.cut_power(at),
            Fault::Reload => self.reload(at)?,
            Fault::Collect => self.collect(at)?,
            Fault::Carry => self.carry(at),
            Fault::Show => self.show_figure(at),
            Fault::Jump => self.members[at].set_clock(&self.options, &mut self.random),
            Fault::Back => self.back_up_or_go_back(at),
        }
        Ok(true)
    }

    fn draw_fault(&mut self) -> Option<Fault> {
        let options = &self.options;
        let chances = [
            (Fault::Break, options.breaks),
            (Fault::Divide, options.partitions),
            (Fault::Crash, options.crashes),
            (Fault::CutPower, options.power_cuts),
            (Fault::Reload, options.reloads),
            (Fault::Collect, options.collections),
            (Fault::Carry, options.couriers),
            (Fault::Show, if options.presence { 100 } else { 0 }),
            (Fault::Jump, options.jumps),
            (Fault::Back, options.backups),
        ];
        let mut at = self.random.below(1000);
        for (fault, chance) in chances {
            if at < chance {
                return Some(fault);
            }
            at -= chance;
        }
        None
    }

    fn break_some(&mut self) {
        let numbers: Vec<PeerKey> = self.network.connections.keys().copied().collect();
        if let Some(number) = self.random.pick(&numbers) {
            self.cut(number);
        }
    }

    /// Nothing more arrives on a connection; its ends learn of it sooner or later.
    pub(super) fn cut(&mut self, number: PeerKey) {
        let Some(connection) = self.network.connections.get_mut(&number) else { return };
        connection.is_alive = false;
        for side in 0..2 {
            let delay_ms = delay_ms(&self.options, &mut self.random);
            self.plan(delay_ms, Event::Lose(number, side));
        }
    }

    fn divide(&mut self) {
        let random = &mut self.random;
        self.network.divide((0..self.members.len()).map(|_| random.below(2)).collect());
        let delay_ms = self.random.between(100, 60_000);
        self.plan(delay_ms, Event::Mend);
    }

    pub(super) fn mend(&mut self) {
        self.trace.note(self.now_ms, format_args!("the network is whole"));
        self.network.divide(vec![0; self.members.len()]);
    }

    /// Stops a member without warning. The others may not notice before they hear nothing for long.
    pub(super) fn crash(&mut self, at: usize) {
        if self.members[at].running.is_none() {
            return;
        }
        self.report.crashes += 1;
        let luck = self.random.number();
        self.members[at].crash(luck);
        if self.random.chance(200) {
            self.members[at].renew();
        }
        self.fall_silent(at);
    }

    /// Breaks the connections of a member that stopped, which starts again a while later.
    pub(super) fn fall_silent(&mut self, at: usize) {
        for number in self.network.of(at) {
            let Some(connection) = self.network.connections.get_mut(&number) else { continue };
            connection.is_alive = false;
            let side = connection.side(at);
            self.plan(0, Event::Lose(number, side));
            if self.random.chance(700) {
                self.cut(number);
            }
        }
        let delay_ms = self.random.between(1, 5000);
        self.plan(delay_ms, Event::Start(at));
    }

    fn cut_power(&mut self, at: usize) {
        let luck = self.random.number();
        if let Some(vault) = &mut self.members[at].vault {
            vault.cut_soon(luck);
            self.members[at].attic.cut_soon(luck >> 8);
        }
    }

    /// Unloads a document and loads it again. What is unloaded is sealed and stored first.
    fn reload(&mut self, at: usize) -> Result<(), String> {
        self.seal(at);
        if self.persist(at)? {
            self.members[at].reload()?;
            self.talk(at)?;
        }
        Ok(())
    }

    /// Unloads a document at the worst moment: while something waits.
    pub(super) fn reload_waiting(&mut self, at: usize) -> Result<(), String> {
        let is_waiting = self.running(at).is_some_and(|running| running.host.replica.waiting() > 0);
        if is_waiting && self.random.chance(self.options.reloads) {
            self.trace.note(self.now_ms, format_args!("{at} reloads with something waiting"));
            self.reload(at)?;
        }
        Ok(())
    }

    /// Takes a copy of some parcels to another member, past every connection: late, twice or not at all.
    fn carry(&mut self, at: usize) {
        let to = self.random.below(self.members.len());
        let Some(running) = self.members[at].running.as_ref().filter(|_| to != at) else { return };
        let known = some_version(&running.host, &mut self.random);
        let missing = running.host.replica.version().missing_from(&known);
        let bytes_max = self.random.between(1, 4000) as usize;
        let parcels = running.host.replica.export(&missing, bytes_max);
        for parcel in parcels {
            for _ in 0..self.random.below(3) {
                let carried = carried(&parcel, &mut self.random, self.options.alter);
                let delay_ms = self.random.between(0, 30_000);
                self.plan(delay_ms, Event::Carry(to, carried));
            }
        }
    }

    fn show_figure(&mut self, at: usize) {
        let now_ms = self.now_ms;
        if let Some(running) = self.running(at) {
            let frontier = running.host.replica.document().log().frontier().clone();
            let figure = Figure::new("somebody", [at as u8; 3], None, frontier);
            running.exchange.show_own(crate::host::DOC, Some(figure), now_ms);
        }
    }

    /// Ends everything that goes wrong.
    pub(super) fn heal(&mut self) -> Result<(), String> {
        self.trace.note(self.now_ms, format_args!("peace"));
        self.options.calm();
        self.mend();
        let spoilt = self.network.connections.iter().filter(|(_, connection)| connection.is_spoilt);
        let spoilt: Vec<PeerKey> = spoilt.map(|(&number, _)| number).collect();
        spoilt.into_iter().for_each(|number| self.cut(number));
        self.renew()?;
        for at in 0..self.members.len() {
            if let Some(vault) = &mut self.members[at].vault {
                vault.heal();
            }
            self.members[at].attic.heal();
            self.start(at)?;
            self.settle(at)?;
        }
        Ok(())
    }

    /// Who runs an older version of the engine begins anew with the newest one.
    fn renew(&mut self) -> Result<(), String> {
        for at in 0..self.members.len() {
            if !self.members[at].is_older() {
                continue;
            }
            self.members[at].renew();
            self.seal(at);
            if self.persist(at)? {
                self.crash(at);
            }
        }
        Ok(())
    }

    /// A member lays its choices aside, seals what it wrote, and shows itself no more.
    fn settle(&mut self, at: usize) -> Result<(), String> {
        let now_ms = self.now_ms;
        if let Some(running) = self.running(at) {
            see_everything(&mut running.host);
            running.exchange.show_own(crate::host::DOC, None, now_ms);
        }
        self.seal(at);
        self.talk(at)
    }
}

fn carried(parcel: &motet::Parcel, random: &mut Random, alter_of_1000: usize) -> Carried {
    let is_altered = random.chance(alter_of_1000);
    let bytes = if is_altered { alter(&parcel.bytes, random) } else { parcel.bytes.clone() };
    Carried { span: parcel.span, bytes: bytes.into(), is_altered }
}
