//! Whole members on wires that break: convergence, resumption, acknowledgement, carets, silence.

mod harness;

use clock::{Frontier, VersionVector};
use harness::{DOC, Net, OTHER, shapes};
use sync::{Event, Figure, limits};

fn figure(name: &str) -> Figure {
    Figure::new(name, [9, 9, 9], None, Frontier::new())
}

#[test]
fn a6_all_shapes_converge_and_fall_silent() {
    for seed in 0..100 {
        for (count, wires) in shapes() {
            let mut net = Net::new(count, &wires, seed + 1);
            random_life(&mut net, 120);
            heal(&mut net);
            net.assert_converged();
            assert_silent(&mut net);
        }
    }
}

/// Against its contract a host may export in an order in which things must wait: what waits is asked
/// for, from the member that sent it, and the asking ends.
#[test]
fn what_waits_is_asked_for() {
    for seed in 0..40 {
        let mut net = Net::new(4, &[[0, 1], [1, 2], [2, 3]], seed + 77);
        for member in &mut net.members {
            member.memory.docs.values_mut().for_each(|doc| doc.is_contrary = true);
        }
        random_life(&mut net, 200);
        heal(&mut net);
        net.assert_converged();
        assert_silent(&mut net);
    }
}

/// Writes, deliveries, breaks, reconnections and restarts at random.
fn random_life(net: &mut Net, steps: usize) {
    for _ in 0..steps {
        let (at, wire) = (net.random.below(net.members.len()), net.random.below(net.wires.len()));
        match net.random.below(20) {
            0..=5 => {
                let doc = if net.random.below(3) == 0 { OTHER } else { DOC };
                let len = 1 + net.random.below(4) as u32;
                let padding = if net.random.below(12) == 0 { 200_000 } else { net.random.below(50) };
                net.write(at, doc, len, padding);
            }
            6 if net.wires[wire].is_up => net.cut(wire),
            7 | 8 if !net.wires[wire].is_up => net.connect(wire),
            9 => {
                let loses = net.random.below(2) == 0 && at != 0;
                net.restart(at, loses);
            }
            10 => net.now_ms += net.random.below(3000) as u64,
            _ => drop(net.deliver_one()),
        }
    }
}

fn heal(net: &mut Net) {
    let down: Vec<usize> = (0..net.wires.len()).filter(|&wire| !net.wires[wire].is_up).collect();
    down.into_iter().for_each(|wire| net.connect(wire));
    net.settle();
    net.pass(2000, 100);
}

/// No message but pings, which the initiator of each wire sends every fifteen seconds.
fn assert_silent(net: &mut Net) {
    net.kinds.clear();
    net.pass(60_000, 1000);
    let pings = net.kinds.get(&12).copied().unwrap_or(0);
    assert!(pings <= 4 * net.wires.len(), "{pings} pings");
    assert!(net.kinds.keys().all(|kind| [12, 13].contains(kind)), "idle members said {:?}", net.kinds);
}

#[test]
fn a_ring_carries_an_action_over_each_wire_once_or_twice() {
    let mut net = Net::new(5, &[[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]], 5);
    net.settle();
    net.pass(2000, 100);
    net.kinds.clear();
    net.write(0, DOC, 1, 10);
    net.settle();
    net.assert_converged();
    assert!((5..=6).contains(&net.kinds[&4]), "{:?}", net.kinds);
}

/// Each life of the wire carries only `k` messages after the greeting: every one of them must bring
/// the other side further, or the document would never arrive.
#[test]
fn a8_a_catch_up_resumes_after_every_break() {
    for k in 1..6 {
        let mut net = Net::new(2, &[[1, 0]], k);
        net.cut(0);
        (0..60).for_each(|_| net.write(0, DOC, 10, 100_000));
        let mut lives = 0;
        while net.members[1].memory.docs[&DOC].version != net.members[0].memory.docs[&DOC].version {
            let before = net.members[1].memory.docs[&DOC].order.len();
            net.connect(0);
            // The greetings, and the two agreements on both documents.
            for _ in 0..3 {
                while net.wires[0].queues[0].front().is_some_and(|m| m[0] < 4) {
                    net.deliver(0, 0);
                }
                while net.wires[0].queues[1].front().is_some_and(|m| m[0] < 4) {
                    net.deliver(0, 1);
                }
            }
            (0..k).for_each(|_| net.deliver(0, 1));
            net.cut(0);
            let after = net.members[1].memory.docs[&DOC].order.len();
            assert!(after > before, "life {lives} with {k} messages brought nothing");
            lives += 1;
        }
        assert!(lives <= 30, "{lives} lives of {k} messages for 30 chunks");
        assert_eq!(net.members[1].memory.docs[&DOC].duplicates, 0, "only what is missing");
    }
}

#[test]
fn a_catch_up_shows_its_progress_and_keeps_to_its_window() {
    let mut net = Net::new(2, &[[1, 0]], 3);
    net.cut(0);
    (0..100).for_each(|_| net.write(0, DOC, 10, 100_000));
    net.connect(0);
    net.settle();
    let progress = net.members[1].events.iter().filter_map(|event| match event {
        Event::Progress { doc, done, total } if *doc == DOC => Some((*done, *total)),
        _ => None,
    });
    let progress: Vec<_> = progress.collect();
    assert_eq!(progress, (1..=50).map(|n| (20 * n, 1000)).collect::<Vec<_>>());
    net.assert_converged();
}

#[test]
fn the_window_holds_back_what_is_not_acknowledged() {
    let mut net = Net::new(2, &[[1, 0]], 3);
    net.settle();
    (0..100).for_each(|_| net.write(0, DOC, 10, 100_000));
    let queued: usize = net.wires[0].queues[1].iter().map(Vec::len).sum();
    assert!(queued < limits::WINDOW_BYTES_MAX + limits::CHUNK_BYTES_MAX + 10_000, "{queued} bytes queued");
    net.settle();
    net.assert_converged();
}

#[test]
fn both_acknowledgements_arrive_also_through_a_relay() {
    let mut net = Net::new(3, &[[1, 0], [2, 1]], 9);
    net.settle();
    net.write(2, DOC, 7, 10);
    net.pass(2 * limits::RECEIVED_DELAY_MS, 10);
    let replica = net.members[2].replica;
    let (mut received, mut durable) = (VersionVector::new(), VersionVector::new());
    for event in &net.members[2].events {
        match event {
            Event::Received { doc: DOC, version } => received.merge(version),
            Event::Durable { doc: DOC, version } => durable.merge(version),
            _ => {}
        }
    }
    assert_eq!((received.end(replica), durable.end(replica)), (7, 7));
}

#[test]
fn received_comes_before_durable_is_claimed() {
    let mut net = Net::new(2, &[[1, 0]], 9);
    net.members[0].is_storage = false;
    net.settle();
    net.write(1, DOC, 7, 10);
    net.settle();
    let replica = net.members[1].replica;
    let is_durable = |event: &Event| matches!(event, Event::Durable { version, .. } if version.end(replica) > 0);
    assert_eq!(net.count(1, is_durable), 0);
    net.members[0].is_storage = true;
    net.poll(0);
    net.settle();
    assert_eq!(net.count(1, is_durable), 1);
}

#[test]
fn divergence_is_reported_once_on_each_side() {
    let mut net = Net::new(2, &[[1, 0]], 4);
    net.members[0].memory.docs.get_mut(&DOC).unwrap().is_faulty = true;
    net.write(1, DOC, 3, 10);
    net.settle();
    net.pass(3000, 100);
    let is_report = |event: &Event| matches!(event, Event::Diverged { .. });
    assert_eq!((net.count(0, is_report), net.count(1, is_report)), (1, 1));
    net.write(1, DOC, 3, 10);
    net.pass(3000, 100);
    assert_eq!((net.count(0, is_report), net.count(1, is_report)), (1, 1));
    assert_silent(&mut net);
}

#[test]
fn equal_members_report_nothing() {
    let mut net = Net::new(3, &[[1, 0], [2, 0]], 4);
    net.write(1, DOC, 3, 10);
    net.settle();
    net.pass(3000, 100);
    assert!(net.kinds[&9] > 0, "hashes were exchanged");
    assert!((0..3).all(|at| net.count(at, |event| matches!(event, Event::Diverged { .. })) == 0));
}

#[test]
fn another_generation_is_refused() {
    let mut net = Net::new(2, &[[1, 0]], 4);
    net.cut(0);
    net.members[0].memory.docs.get_mut(&DOC).unwrap().epoch = 5;
    net.members[1].memory.docs.get_mut(&DOC).unwrap().epoch = 6;
    net.members[0].memory.docs.get_mut(&OTHER).unwrap().epoch = 7;
    net.write(1, DOC, 3, 10);
    net.connect(0);
    net.settle();
    assert_eq!(net.count(1, |event| matches!(event, Event::Refused { doc: DOC, .. })), 1);
    assert!(net.members[0].memory.docs[&DOC].order.is_empty());
    assert_eq!(net.members[1].memory.docs[&OTHER].epoch, 7, "adopted");
}

#[test]
fn carets_reach_everybody_and_leave() {
    for (count, wires) in shapes() {
        let mut net = Net::new(count, &wires, 6);
        net.settle();
        let now = net.now_ms;
        net.members[0].exchange.show_own(DOC, Some(figure("Ann")), now);
        net.poll(0);
        net.settle();
        let is_ann = |event: &Event| match event {
            Event::Presence { presence, .. } => presence.figure.as_ref().is_some_and(|f| f.name == "Ann"),
            _ => false,
        };
        (1..count).for_each(|at| assert!(net.count(at, is_ann) > 0, "member {at} of {wires:?}"));
        net.kinds.clear();
        net.pass(20_000, 100);
        let said = net.kinds[&8];
        assert!(said <= 10 * 2 * wires.len(), "{said} carets in 20 s over {} wires", wires.len());
        assert!((1..count).all(|at| net.count(at, |e| matches!(e, Event::Gone { .. })) == 0), "still there");
        let now = net.now_ms;
        net.members[0].exchange.show_own(DOC, None, now);
        net.pass(100, 50);
        let left = |e: &Event| matches!(e, Event::Presence { presence, .. } if presence.figure.is_none());
        (1..count).for_each(|at| assert!(net.count(at, left) > 0, "member {at} was told"));
        net.pass(10_000, 500);
        assert_silent(&mut net);
    }
}

#[test]
fn a_member_that_stops_speaking_is_gone_after_five_seconds() {
    let mut net = Net::new(2, &[[1, 0]], 6);
    net.settle();
    let now = net.now_ms;
    net.members[0].exchange.show_own(DOC, Some(figure("Ann")), now);
    net.poll(0);
    net.settle();
    let is_gone = |event: &Event| matches!(event, Event::Gone { .. });
    net.now_ms += 4_900;
    net.poll(1);
    assert_eq!(net.count(1, is_gone), 0);
    net.now_ms += 200;
    net.poll(1);
    assert_eq!(net.count(1, is_gone), 1);
}

#[test]
fn many_parcels_share_an_acknowledgement() {
    let mut net = Net::new(2, &[[1, 0]], 9);
    net.settle();
    let is_received = |event: &Event| matches!(event, Event::Received { .. });
    let before = net.count(1, is_received);
    for _ in 0..20 {
        net.write(1, DOC, 1, 10);
        net.settle();
    }
    net.pass(4 * limits::RECEIVED_DELAY_MS, 10);
    assert_eq!(net.count(1, is_received) - before, 1);
    net.assert_converged();
}
