//! A few seeds with each build; `cargo xtask sim` runs many more, and faster.

use sim::{Kinds, Planted, run};

/// Runs a seed; which kinds of op its history has.
fn kinds_of(seed: u64) -> Kinds {
    match run(seed, None, false) {
        Ok(report) => report.kinds,
        Err(failure) => panic!("seed {seed}: {failure}  (cargo xtask sim --seeds 1 --from {seed})"),
    }
}

#[test]
fn no_promise_is_broken_and_every_kind_of_op_is_made() {
    let mut kinds = (0..60).map(kinds_of).fold(Kinds::default(), Kinds::and);
    // Votes are rare: it takes several who may decide, of whom one heard of another's decision.
    let mut more = 60..300;
    while let (false, Some(seed)) = (kinds.missing().is_empty(), more.next()) {
        kinds = kinds.and(kinds_of(seed));
    }
    assert!(kinds.missing().is_empty(), "nobody ever made {:?}", kinds.missing());
}

#[test]
fn a_seed_goes_the_same_way_twice() {
    for seed in 0..20 {
        assert_eq!(run(seed, None, false), run(seed, None, false), "seed {seed}");
    }
    assert_ne!(run(0, None, false).map(|report| report.trace), run(1, None, false).map(|report| report.trace));
}

#[test]
fn what_is_planted_around_the_engine_is_found() {
    for name in ["ack-before-sync", "load-too-few", "count-waiting", "drop-patch", "reuse-replica"] {
        let planted = Planted::named(name);
        assert!(planted.is_some() && (0..100).any(|seed| run(seed, planted, false).is_err()), "{name}");
    }
}

#[test]
#[cfg(feature = "faults")]
fn what_is_planted_inside_the_engine_is_found() {
    for (name, planted) in sim::planted::ALL {
        let is_inside = matches!(planted, Planted::Inside(_));
        assert!(!is_inside || (0..100).any(|seed| run(seed, Some(planted), false).is_err()), "{name}");
    }
}
