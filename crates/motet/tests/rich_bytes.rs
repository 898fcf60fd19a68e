//! Histories of rich texts, forged ones too, as bytes: what is sealed, sent and saved comes out as it was.

mod common;

use codec::{Image, SigningKey};
use common::{Screen, compare, policy_of};
use motet::{Action, Document, DocumentId, Imported, Parcel, Patch, Replica, ReplicaId, VersionVector};
use naive::{Naive, Policy, World};

const DOC: DocumentId = DocumentId(7);

fn settled(mut world: World) -> World {
    for _ in 0..120 {
        world.step();
    }
    world.settle();
    world
}

/// Every author seals what he did as soon as he did it, and has read what the others sealed before.
fn sealed(world: &World) -> Vec<Parcel> {
    let member = |(number, author): (usize, &naive::Author)| {
        (Replica::new(DOC, 0, author.replica, SigningKey::from_bytes(&[1 + number as u8; 32])), 0)
    };
    let mut members: Vec<(Replica, usize)> = world.authors.iter().enumerate().map(member).collect();
    let mut actions: Vec<&Action> = world.authors[0].naive.actions().collect();
    actions.sort_by_key(|action| (action.lamport, action.id));
    let mut parcels: Vec<Parcel> = Vec::new();
    for action in actions {
        let is_author = |(member, _): &&mut (Replica, usize)| member.document().replica() == action.id.replica;
        let (member, read) = members.iter_mut().find(is_author).expect("an author of the world");
        for parcel in &parcels[*read..] {
            member.import(&parcel.bytes, None).expect("sealed by an author");
        }
        *read = parcels.len();
        member.document_mut().receive(action.clone(), None).expect("a valid action");
        parcels.extend(member.seal());
    }
    parcels
}

/// Somebody who gets parcels, and his screen.
fn reader(parcels: &[Parcel]) -> (Replica, Screen) {
    let mut reader = Replica::new(DOC, 0, ReplicaId(9), SigningKey::from_bytes(&[9; 32]));
    let mut screen = Screen::default();
    for parcel in parcels {
        let mut patch = Patch::default();
        let imported = reader.import(&parcel.bytes, Some(&mut patch)).expect("sealed by an author");
        assert!(matches!(imported, Imported::Applied(_) | Imported::Waiting | Imported::Known));
        screen.apply(&patch);
    }
    (reader, screen)
}

fn reopened(replica: &Replica) -> Replica {
    let bytes = replica.image().expect("a document of its own bytes");
    let image = Image::decode(&bytes).expect("just made");
    Replica::open_image(DOC, 0, (ReplicaId(8), SigningKey::from_bytes(&[8; 32])), &image).expect("just made")
}

fn actions_of(document: &Document) -> Vec<Action> {
    let mut actions = document.actions_since(&VersionVector::new());
    actions.sort_by_key(|action| action.id);
    actions
}

fn actions_in(naive: &Naive) -> Vec<Action> {
    naive.actions().cloned().collect()
}

#[test]
fn a_rich_document_that_was_sent_and_saved_shows_the_same() {
    for seed in 1..=40 {
        let world = settled(World::rich(seed, 2 + (seed % 2) as usize));
        let naive = &world.authors[0].naive;
        let mut parcels = sealed(&world);
        naive::Random::new(seed).shuffle(&mut parcels);
        let (mut reader, mut screen) = reader(&parcels);
        assert_eq!(actions_of(reader.document()), actions_in(naive), "seed {seed}");
        let what = format!("seed {seed}");
        compare(reader.document(), &mut screen, &naive.state(&Policy::default()), &what);

        let mut opened = reopened(&reader);
        opened.document().check_invariants();
        assert_eq!(opened.hashes(), reader.hashes(), "{what}");
        assert_eq!(opened.document().model().canonical(), reader.document().model().canonical(), "{what}");
        // It goes on: a part is left out, and taken in again.
        let mut random = naive::Random::new(seed);
        let hidden = naive.actions().map(Action::span).filter(|_| random.chance(30)).collect();
        let policy = Policy { hidden, ..Policy::default() };
        screen.apply(&reader.document_mut().set_policy(policy_of(&policy)));
        opened.document_mut().set_policy(policy_of(&policy));
        compare(reader.document(), &mut screen, &naive.state(&policy), &what);
        assert_eq!(opened.document_mut().state_hash(), reader.document_mut().state_hash(), "{what}");
    }
}

#[test]
fn what_was_forged_travels_unharmed() {
    for seed in 1..=40 {
        let world = settled(World::forged(seed, 2));
        let mut parcels = sealed(&world);
        naive::Random::new(seed).shuffle(&mut parcels);
        let (reader, _) = reader(&parcels);
        assert_eq!(actions_of(reader.document()), actions_in(&world.authors[0].naive), "seed {seed}");
        let opened = reopened(&reader);
        assert_eq!(actions_of(opened.document()), actions_of(reader.document()), "seed {seed}");
    }
}
