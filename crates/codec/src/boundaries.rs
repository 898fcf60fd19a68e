//! Where frames end within a log: enough to make them again, and their hashes with them.

use std::ops::Range;

/// How actions were cut into frames, by runs of frames with equally many actions.
///
/// Invariant: no run is empty, neighbours differ in `actions`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boundaries {
    runs: Vec<FrameRun>,
}

/// Consecutive frames with equally many actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRun {
    /// How many frames.
    pub frames: u32,
    /// How many actions each has.
    pub actions: u32,
}

impl Boundaries {
    /// No frames.
    pub fn new() -> Self {
        Self::default()
    }

    /// The runs, in order.
    pub fn runs(&self) -> &[FrameRun] {
        &self.runs
    }

    /// Whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Adds a frame of `actions` actions; one without actions is none.
    pub fn push(&mut self, actions: u32) {
        self.push_run(FrameRun { frames: 1, actions });
    }

    /// Adds consecutive frames.
    pub fn push_run(&mut self, run: FrameRun) {
        if run.frames == 0 || run.actions == 0 {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.actions == run.actions && last.frames.checked_add(run.frames).is_some() => {
                last.frames += run.frames;
            }
            _ => self.runs.push(run),
        }
    }

    /// Adds all frames of `other`, which follow these.
    pub fn extend(&mut self, other: &Self) {
        other.runs.iter().for_each(|&run| self.push_run(run));
    }

    /// How many actions all frames have together.
    pub fn action_count(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.frames) * u64::from(run.actions)).sum()
    }

    /// The number of actions of each frame, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.runs.iter().flat_map(|run| std::iter::repeat_n(run.actions, run.frames as usize))
    }

    /// The frames of actions `range`; `None` where it does not begin and end with frames.
    pub fn part(&self, range: Range<u64>) -> Option<Self> {
        let mut part = Self::new();
        let mut at = 0;
        for run in &self.runs {
            let each = u64::from(run.actions);
            let end = at + u64::from(run.frames) * each;
            let (from, to) = (range.start.clamp(at, end) - at, range.end.clamp(at, end) - at);
            if from < to {
                if from % each != 0 || to % each != 0 {
                    return None;
                }
                part.push_run(FrameRun { frames: u32::try_from((to - from) / each).ok()?, actions: run.actions });
            }
            at = end;
        }
        (range.end <= at || range.is_empty()).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_begin_and_end_with_frames() {
        let mut all = Boundaries::new();
        for actions in [1, 1, 1, 3, 3, 2] {
            all.push(actions);
        }
        assert_eq!(all.runs().len(), 3);
        assert_eq!(all.action_count(), 11);
        assert_eq!(all.part(2..6).unwrap().iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(all.part(0..11), Some(all.clone()));
        assert_eq!(all.part(2..5), None);
        assert_eq!(all.part(9..12), None);
        assert_eq!(all.part(4..4), Some(Boundaries::new()));
    }
}
