//! A few seeds with each build; `cargo xtask sim` runs many more, and faster.

use sim::{Planted, run};

#[test]
fn no_promise_is_broken() {
    for seed in 0..60 {
        let outcome = run(seed, None, false);
        assert!(outcome.is_ok(), "seed {seed}: {}  (cargo xtask sim --seeds 1 --from {seed})", outcome.unwrap_err());
    }
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
