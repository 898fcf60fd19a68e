//! Why this exists: a power cut keeps any part of what was not synced, in any order, and cuts the last
//! write anywhere between two sectors. Real ones are rare and unkind; here are thousands.
//!
//! A workload runs on a disk that notes every write and every acknowledgement. For many points of that
//! log the disk is rebuilt as the cut may have left it. Each image must open unaided and show, in every
//! lane, exactly the acknowledged steps, or these and the whole of the one under way. Some are cut again
//! while they recover; some go on working afterwards.

use crate::disk::{Disk, Event, apply};
use crate::plan::{Dump, Model, PLANS, Plan, dump};
use crate::random::Random;
use crate::volume;
use std::thread;
use store::RedbStore;

/// Steps of each lane: enough for the file to grow and for compaction to come by twice.
const STEPS: u64 = 12;

#[test]
fn every_crash_image_opens_and_holds_what_was_acknowledged() {
    let runs: Vec<_> = PLANS.iter().flat_map(|&plan| [1, 3].map(|lanes| Run::record(plan, lanes))).collect();
    let points: usize = runs.iter().map(Run::points).sum();
    let images_min = volume(5_000, 50_000);
    let images_per_point = images_min.div_ceil(points);
    let images: usize = runs.iter().map(|run| run.try_images(images_per_point)).sum();
    println!("{images} crash images of {} runs", runs.len());
    assert!(images >= images_min);
}

/// A workload that was run to its end.
struct Run {
    plan: Plan,
    /// The disk before it.
    base: Vec<u8>,
    events: Vec<Event>,
    /// By lane, then by steps.
    states: Vec<Vec<Dump>>,
}

impl Run {
    fn record(plan: Plan, lanes: u64) -> Self {
        let disk = Disk::formatted();
        let base = disk.bytes();
        let store = RedbStore::open_with_backend(disk.clone()).unwrap();
        thread::scope(|scope| {
            for lane in 0..lanes {
                let (store, disk) = (&store, &disk);
                scope.spawn(move || {
                    for n in 0..STEPS {
                        plan.step(store, lane, n).unwrap();
                        disk.note_ack(lane);
                    }
                });
            }
        });
        drop(store);
        let states = (0..lanes).map(|lane| {
            let mut model = Model::new(plan, lane);
            (0..=STEPS).map(|steps| model.after(steps)).collect()
        });
        Self { plan, base, events: disk.events(), states: states.collect() }
    }

    /// Where a cut leaves something to chance: after each write.
    fn points(&self) -> usize {
        self.events.iter().filter(|event| is_write(event)).count()
    }

    fn try_images(&self, images_per_point: usize) -> usize {
        let mut random = Random(self.plan as u64);
        let mut acked = vec![0; self.states.len()];
        let (mut synced, mut unsynced) = (self.base.clone(), Vec::new());
        let mut images = 0;
        for event in &self.events {
            match event {
                Event::Acked(lane) => acked[*lane as usize] += 1,
                Event::Sync => unsynced.drain(..).for_each(|event| apply(&mut synced, event)),
                Event::Write { .. } | Event::SetLen(_) => {
                    unsynced.push(event);
                    for _ in 0..images_per_point {
                        let image = cut(synced.clone(), &unsynced, images, &mut random);
                        self.try_image(image, &acked, images, &mut random);
                        images += 1;
                    }
                }
            }
        }
        images
    }

    fn try_image(&self, image: Vec<u8>, acked: &[usize], number: usize, random: &mut Random) {
        let disk = Disk::with(image.clone());
        let store = self.open(disk.clone(), number);
        let steps = self.recognize(&store, acked, number);
        match number % 8 {
            0 => self.go_on(store, disk, steps),
            1 => {
                drop(store);
                let image = cut_during_recovery(image, &disk.events(), random);
                let store = self.open(Disk::with(image), number);
                assert_eq!(self.recognize(&store, &steps, number), steps, "recovery took something back");
            }
            _ => {}
        }
    }

    fn open(&self, disk: Disk, number: usize) -> RedbStore {
        RedbStore::open_with_backend(disk)
            .unwrap_or_else(|error| panic!("{:?}, image {number} does not open: {error}", self.plan))
    }

    /// How many steps each lane shows.
    fn recognize(&self, store: &RedbStore, acked: &[usize], number: usize) -> Vec<usize> {
        let shown = |(lane, &acked): (usize, &usize)| {
            let found = dump(store, lane as u64);
            let mut candidates = (acked..=acked + 1).filter(|&steps| steps <= STEPS as usize);
            candidates.find(|&steps| self.states[lane][steps] == found).unwrap_or_else(|| {
                panic!("{:?}, lane {lane}, image {number}: not {acked} steps, nor one more", self.plan)
            })
        };
        acked.iter().enumerate().map(shown).collect()
    }

    /// A recovered store is a store: the next step can be made, and is there after a reopening.
    fn go_on(&self, store: RedbStore, disk: Disk, mut steps: Vec<usize>) {
        for (lane, steps) in steps.iter_mut().enumerate().filter(|(_, steps)| **steps < STEPS as usize) {
            self.plan.step(&store, lane as u64, *steps as u64).unwrap();
            *steps += 1;
        }
        drop(store);
        let store = RedbStore::open_with_backend(Disk::with(disk.bytes())).unwrap();
        for (lane, steps) in steps.into_iter().enumerate() {
            assert!(dump(&store, lane as u64) == self.states[lane][steps], "{:?}: lost after recovery", self.plan);
        }
    }
}

fn is_write(event: &Event) -> bool {
    matches!(event, Event::Write { .. } | Event::SetLen(_))
}

/// What a power cut may leave: all of the unsynced writes, none, or any of them, with the last one torn
/// at 512 or 4096 bytes, or whole.
fn cut(mut image: Vec<u8>, unsynced: &[&Event], variant: usize, random: &mut Random) -> Vec<u8> {
    let Some((last, earlier)) = unsynced.split_last() else { return image };
    // Of few writes nearly all must be kept for the torn one to matter; of many, any number.
    let keep_of_8 = [8, 0, 4, 7][variant % 4];
    for event in earlier.iter().filter(|_| random.below(8) < keep_of_8) {
        apply(&mut image, event);
    }
    match variant % 5 {
        0 => tear(&mut image, last, 512, random),
        1 => apply(&mut image, last),
        2 => {}
        3 => tear(&mut image, last, 4096, random),
        _ if random.below(2) == 0 => apply(&mut image, last),
        _ => tear(&mut image, last, 512, random),
    }
    image
}

/// Keeps the first of the write's blocks of `grain` bytes.
fn tear(image: &mut Vec<u8>, event: &Event, grain: usize, random: &mut Random) {
    let Event::Write { offset, data } = event else { return };
    let blocks = data.len().div_ceil(grain);
    let kept = (offset / grain + random.below(blocks + 1)) * grain;
    let data = data[..kept.saturating_sub(*offset).min(data.len())].to_vec();
    apply(image, &Event::Write { offset: *offset, data });
}

/// Cuts the power at some point of what an opening, and a closing after it, did to `image`.
fn cut_during_recovery(mut image: Vec<u8>, events: &[Event], random: &mut Random) -> Vec<u8> {
    let end = random.below(events.len() + 1);
    let synced = events[..end].iter().rposition(|event| matches!(event, Event::Sync)).unwrap_or(0);
    events[..synced].iter().for_each(|event| apply(&mut image, event));
    let unsynced: Vec<_> = events[synced..end].iter().filter(|event| is_write(event)).collect();
    let variant = random.below(20);
    cut(image, &unsynced, variant, random)
}
