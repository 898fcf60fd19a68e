//! What is written reads back the same; what reads back is written the same.

mod common;

use clock::ReplicaId;
use codec::block::{PartRef, VerifyError, decode, encode, encode_all, sizes, verify_chain};
use codec::{Chain, ChainHead, EquivocationProof, Frame, FrameError, Origin, Signature};
use common::{Rng, frames, key, origin, parts, random_log};
use log::{Action, ContainerId, Kind, Op};

#[test]
fn frames_and_chains_read_back() {
    for seed in 0..200 {
        let mut rng = Rng(seed);
        let log = random_log(&mut rng, 40);
        for one in log.logs() {
            let (sealed, boundaries, head) = frames(&mut rng, &log, one.replica);
            let mut at = origin(one.replica).head();
            let mut actions: Vec<Action> = Vec::new();
            for frame in &sealed {
                let opened = codec::open(&frame.bytes, &frame.signature, &at).expect("sealed above");
                assert_eq!(
                    codec::open(&frame.bytes, &Signature([0; 64]), &at),
                    Err(FrameError::Signature(one.replica))
                );
                at = opened.head;
                actions.extend(opened.actions);
            }
            assert_eq!(at, head, "seed {seed}");
            assert_eq!(actions, one.actions_in(0..one.end()).collect::<Vec<_>>(), "seed {seed}");
            let chain = sealed.into_iter().map(Chain::from).reduce(|mut chain, next| {
                chain.frames.extend(next.frames);
                chain.signature = next.signature;
                chain
            });
            let bytes = chain.expect("frames").encode().expect("small");
            let opened = Chain::decode(&bytes).expect("encoded").open(&origin(one.replica).head()).expect("sealed");
            assert_eq!((opened.actions, opened.boundaries, opened.head), (actions, boundaries, head));
        }
    }
}

#[test]
fn blocks_read_back_and_their_chains_hold() {
    for seed in 0..200 {
        let mut rng = Rng(seed);
        let log = random_log(&mut rng, 40);
        let parts = parts(&mut rng, &log);
        let bytes = encode(&parts, &[]).expect("valid");
        let block = decode(&bytes).expect("encoded");
        for (part, given) in block.parts.iter().zip(&parts) {
            assert_eq!(part.log, *given.log, "seed {seed}");
            assert_eq!((part.author, &part.boundaries, part.head), (given.author, &given.boundaries, given.head));
            assert_eq!(verify_chain(part, &origin(part.log.replica).head()).ok(), given.head);
        }
        let again: Vec<PartRef<'_>> = block.parts.iter().map(|part| part.as_part()).collect();
        assert_eq!(encode(&again, &block.foreign).expect("valid"), bytes);
    }
}

#[test]
fn parts_of_logs_read_back() {
    for seed in 0..200 {
        let mut rng = Rng(seed);
        let log = random_log(&mut rng, 40);
        for one in log.logs() {
            let (from, to) = (rng.below(one.end().into()) as u32, rng.below(one.end().into()) as u32);
            let range = one.action_range(from.min(to)).start..one.action_range(from.max(to)).end;
            let author = origin(one.replica).author;
            let part = PartRef { log: one, range: range.clone(), author, boundaries: Default::default(), head: None };
            let block = decode(&encode(&[part], &[]).expect("valid")).expect("encoded");
            let got: Vec<Action> = block.parts[0].log.actions_in(range.clone()).collect();
            assert_eq!(got, one.actions_in(range).collect::<Vec<_>>(), "seed {seed}");
            assert_eq!(
                verify_chain(&block.parts[0], &origin(one.replica).head()),
                Err(VerifyError::Unsealed(one.replica))
            );
        }
    }
}

#[test]
fn a_forged_history_does_not_verify() {
    let mut rng = Rng(5);
    let log = random_log(&mut rng, 60);
    let bytes = encode(&parts(&mut rng, &log), &[]).expect("valid");
    let block = decode(&bytes).expect("encoded");
    let mut part = block.parts.into_iter().find(|part| part.log.text().contains('h')).expect("typed");
    let start = origin(part.log.replica).head();
    part.log.set_text(part.log.text().replace('h', "j"));
    assert_eq!(verify_chain(&part, &start), Err(VerifyError::Hash(part.log.replica)));
    let other = Origin { epoch: 4, ..origin(part.log.replica) }.head();
    assert_eq!(verify_chain(&part, &other), Err(VerifyError::Hash(part.log.replica)));
}

#[test]
fn unknown_columns_are_carried() {
    let mut rng = Rng(6);
    let log = random_log(&mut rng, 10);
    let foreign = vec![codec::block::ForeignColumn { id: 40, encoding: 9, len: 1 << 60, bytes: vec![1, 2, 3] }];
    let bytes = encode(&parts(&mut rng, &log), &foreign).expect("valid");
    assert_eq!(decode(&bytes).expect("encoded").foreign, foreign);
}

#[test]
fn ops_that_are_alike_are_said_at_once() {
    let (replica, counter, map) =
        (ReplicaId(3), ContainerId::root(Kind::Counter, "c"), ContainerId::root(Kind::Map, "m"));
    let mut log = log::MultiLog::new();
    for seq in 0..3000 {
        let op = match seq / 1000 {
            1 => Op::Set { container: map, key: "k".into(), value: Some(log::Value::Null), pred: vec![] },
            _ => Op::CounterAdd { container: counter, amount: 1 },
        };
        log.push(replica, op.as_op_ref());
        log.commit_plain(replica, 0);
    }
    let one = log.log(replica).expect("written");
    let bytes = encode(&[PartRef::whole(one, origin(replica).author, Default::default(), None)], &[]).expect("valid");
    let lens =
        |column: u64| sizes(&bytes).expect("valid").into_iter().find(|(id, ..)| *id == column).map(|size| size.2);
    assert_eq!((lens(10), lens(11)), (Some(3), Some(6)), "three rows, of a byte of shape and two of length");
    let block = decode(&bytes).expect("encoded");
    assert!(block.parts[0].log.actions_in(0..3000).eq(one.actions_in(0..3000)));
}

#[test]
fn many_blocks_hold_what_one_may_not() {
    let mut rng = Rng(7);
    let log = random_log(&mut rng, 50);
    assert_eq!(encode_all(&parts(&mut rng, &log)).expect("valid").len(), 1);
}

fn typed(replica: ReplicaId, text: &str) -> Action {
    let container = ContainerId::root(Kind::Text, "text");
    let op = Op::Insert { container, left: None, right: None, text: text.into() };
    let id = clock::Id::new(replica, 0);
    Action {
        id,
        lamport: 1,
        parents: vec![],
        unseen: vec![],
        time: 0,
        label: String::new(),
        proposal: None,
        ops: vec![op],
    }
}

fn first_frame(replica: ReplicaId, text: &str) -> Frame {
    let Origin { document, epoch, author, .. } = origin(replica);
    let prev = origin(replica).head().hash;
    Frame { document, epoch, replica, author, start: 0, prev, actions: vec![typed(replica, text)] }
}

#[test]
fn writing_twice_is_proved() {
    let replica = ReplicaId(4);
    let seal = |text: &str| Chain::from(codec::seal(&first_frame(replica, text), &key(4)).expect("valid"));
    let Origin { author, .. } = origin(replica);
    let prev = origin(replica).head().hash;
    let proof = EquivocationProof { author, prev, left: seal("a"), right: seal("b") };
    assert!(proof.verify());
    assert_eq!(EquivocationProof::decode(&proof.encode().expect("small")).as_ref(), Ok(&proof));
    assert!(!EquivocationProof { right: seal("a"), ..proof.clone() }.verify());
    assert!(!EquivocationProof { author: key(9).author(), ..proof.clone() }.verify());
    let mut forged = proof;
    forged.right.frames[0].push(0);
    assert!(!forged.verify());
}

#[test]
fn frames_fit_only_where_they_belong() {
    let replica = ReplicaId(4);
    let sealed = codec::seal(&first_frame(replica, "a"), &key(4)).expect("valid");
    let open = |head: &ChainHead| codec::open(&sealed.bytes, &sealed.signature, head).map(drop);
    let head = origin(replica).head();
    assert_eq!(open(&head), Ok(()));
    assert_eq!(open(&Origin { epoch: 9, ..origin(replica) }.head()), Err(FrameError::Signature(replica)));
    assert_eq!(open(&origin(ReplicaId(5)).head()), Err(FrameError::Stranger(replica)));
    assert_eq!(open(&ChainHead { end: 1, ..head }), Err(FrameError::NotNext { start: 0, end: 1 }));
    for at in 0..sealed.bytes.len() * 8 {
        let mut bytes = sealed.bytes.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        assert!(codec::open(&bytes, &sealed.signature, &head).is_err(), "bit {at}");
    }
}

#[test]
fn a_typed_character_is_small() {
    let mut frame = first_frame(ReplicaId(4), "a");
    let id = |seq| clock::Id::new(ReplicaId(4), seq);
    frame.start = 100_000;
    let container = ContainerId::root(Kind::Text, "text");
    let op = Op::Insert { container, left: Some(id(99_999)), right: Some(id(5_000)), text: "x".into() };
    let (parents, lamport) = (vec![id(99_999)], 120_000);
    frame.actions = vec![Action {
        id: id(100_000),
        lamport,
        parents,
        time: 1_800_000_000,
        ops: vec![op],
        ..typed(ReplicaId(4), "")
    }];
    let sealed = codec::seal(&frame, &key(4)).expect("valid");
    assert!(sealed.bytes.len() <= 40, "{} bytes", sealed.bytes.len());
}

/// Found by the fuzzer: a block could be read that could not be written again.
#[test]
fn nothing_goes_between_an_element_and_itself() {
    let replica = ReplicaId(4);
    let mut frame = first_frame(replica, "a");
    let some = Some(clock::Id::new(ReplicaId(9), 3));
    let Op::Insert { left, right, .. } = &mut frame.actions[0].ops[0] else { panic!("an insertion") };
    (*left, *right) = (some, some);
    assert!(codec::seal(&frame, &key(4)).is_err());
}
