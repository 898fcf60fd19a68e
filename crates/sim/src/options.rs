//! What a seed is like: which acts and faults it has at all, and how many.

use crate::random::Random;

/// Drawn once for each seed, so that seeds differ in kind (swarm testing: a run without deletions, or
/// without delays, reaches places that an average run does not).
#[derive(Clone, Debug)]
pub struct Options {
    /// How many members.
    pub members: usize,
    /// Who is connected to whom; the first of each made the connection.
    pub wires: Vec<[usize; 2]>,
    /// How many members are storage nodes; the first ones are.
    pub storages: usize,
    /// Whether the others have a store of their own, or forget everything when they stop.
    pub keep: bool,
    /// Whether the real store is used; otherwise a quick stand-in.
    pub real_disk: bool,
    /// Whether storage nodes sync before they say anything, or a while later.
    pub sync_first: bool,
    /// How long a sync that is not the first thing waits, at most.
    pub sync_ms_max: u64,
    /// How many things members do.
    pub acts: usize,
    /// How long a member rests in between, at most.
    pub rest_ms_max: u64,
    /// How often each kind of act is tried.
    pub weights: [usize; crate::acts::KINDS],
    /// How often an edit is sealed at once, of a thousand.
    pub seal: usize,
    /// The greatest usual delay one way.
    pub delay_ms_max: u64,
    /// How often a message takes much longer, of a thousand, and how long at most.
    pub tail: (usize, u64),
    /// How often, of a thousand, a message is lost on a connection that stays up.
    pub lose: usize,
    /// … comes twice.
    pub duplicate: usize,
    /// … is overtaken by later ones.
    pub overtake: usize,
    /// How often the bytes of parcels are altered on the way, of a thousand.
    pub alter: usize,
    /// How often, of a thousand acts, a connection breaks instead.
    pub breaks: usize,
    /// … the members fall into two parts.
    pub partitions: usize,
    /// … a member stops without warning.
    pub crashes: usize,
    /// … the power goes during a member's next syncs.
    pub power_cuts: usize,
    /// … a document is unloaded and loaded again.
    pub reloads: usize,
    /// … a member puts away the blobs that nothing names.
    pub collections: usize,
    /// How often, of a thousand syncs, an image of the document is kept.
    pub images: usize,
    /// How often, of a thousand acts, parcels travel in somebody's pocket.
    pub couriers: usize,
    /// The greatest piece that an export is cut into, where the order is of no concern; otherwise 0.
    pub contrary: u64,
    /// Whether members show where they are.
    pub presence: bool,
    /// How far clocks are off, in seconds, at most.
    pub skew_s_max: u64,
    /// How often, of a thousand acts, a clock jumps instead.
    pub jumps: usize,
    /// … a copy is made of a member's disk, or what is on the disk is what an earlier copy holds.
    pub backups: usize,
    /// How many members of a thousand run an older version of the engine, until nothing goes wrong any more.
    pub older: usize,
    /// Whether members meet in pairs, round by round, once nothing goes wrong any more, before they are all connected.
    pub rounds: bool,
}

impl Options {
    /// The options of a seed.
    pub fn draw(random: &mut Random) -> Self {
        let members = if random.chance(700) { 2 + random.below(4) } else { 6 + random.below(4) };
        let rest_ms_max = [5, 100, 1000, 4000][random.below(4)];
        let on = [250, 500, 750][random.below(3)];
        let some = |random: &mut Random, max| some(random, on, max);
        let tail = (some(random, 40), random.between(1000, 20_000));
        // Connections that do less than the protocol asks for: what is wrong then is mended by new ones.
        let sloppy = if random.chance(300) { 1 + random.below(100) } else { 0 };
        Self {
            members,
            wires: topology(random, members),
            storages: 1 + random.below(2.min(members - 1)),
            keep: random.chance(500),
            real_disk: random.chance(150),
            sync_first: random.chance(500),
            sync_ms_max: [0, 20, 500, 5000][random.below(4)],
            acts: random.between(20, 140) as usize,
            rest_ms_max,
            weights: weights(random),
            seal: [1000, 1000, 700, 300][random.below(4)],
            delay_ms_max: [0, 5, 100][random.below(3)],
            tail,
            lose: sloppy / 2,
            duplicate: sloppy,
            overtake: sloppy,
            alter: if random.chance(120) { 30 + random.below(150) } else { 0 },
            breaks: some(random, 80),
            partitions: some(random, 30),
            crashes: some(random, 60),
            power_cuts: some(random, 60),
            reloads: some(random, 100),
            collections: some(random, 60),
            images: some(random, 300),
            couriers: some(random, 100),
            contrary: if random.chance(400) { [1, 300, 2000][random.below(3)] } else { 0 },
            presence: random.chance(100),
            skew_s_max: [0, 5, 300_000_000, 3_000_000_000][random.below(4)],
            jumps: some(random, 60),
            backups: some(random, 60),
            older: if random.chance(250) { [200, 500, 800][random.below(3)] } else { 0 },
            rounds: random.chance(500),
        }
    }

    /// The same members in a world without faults.
    pub fn calm(&mut self) {
        self.delay_ms_max = 10;
        self.tail.0 = 0;
        (self.lose, self.duplicate, self.overtake) = (0, 0, 0);
        self.alter = 0;
        self.sync_ms_max = 20;
    }
}

/// Nothing but `on` times of a thousand.
fn some(random: &mut Random, on: usize, max: usize) -> usize {
    if random.chance(on) { 1 + random.below(max) } else { 0 }
}

fn weights(random: &mut Random) -> [usize; crate::acts::KINDS] {
    let mut weights = crate::acts::ACTS.map(|(_, weight)| weight);
    // Where most kinds are off, the few that are left meet more often than they ever do where all are on.
    let on = [250, 500, 750, 900][random.below(4)];
    // The first kind always stays: somebody must write something.
    for weight in &mut weights[1..] {
        if !random.chance(on) {
            *weight = 0;
        } else if random.chance(125) {
            *weight *= 4;
        }
    }
    // What takes several acts of one kind is found where that kind is most of what happens.
    let theme = random.below(weights.len());
    weights[theme] = crate::acts::ACTS[theme].1 * [1, 6, 30][random.below(3)];
    weights
}

/// Lines, stars, rings, everybody with everybody, and trees; always one whole.
pub fn topology(random: &mut Random, members: usize) -> Vec<[usize; 2]> {
    let rest = 1..members;
    match random.below(5) {
        0 => rest.map(|at| [at - 1, at]).collect(),
        1 => rest.map(|at| [at, 0]).collect(),
        2 => rest.map(|at| [at - 1, at]).chain((members > 2).then_some([members - 1, 0])).collect(),
        3 => rest.flat_map(|at| (0..at).map(move |other| [at, other])).collect(),
        _ => rest.map(|at| [at, random.below(at)]).collect(),
    }
}
