//! The model of a document, made when somebody needs it; until then what was kept of it answers readers.

use log::MultiLog;
use model::{Kept, Model, Shown};
use std::sync::{Arc, OnceLock};
use view::View;

/// A model, or what was kept of it.
///
/// Invariant: there is a model or something kept, and what is kept is what the model would show.
#[derive(Clone, Debug)]
pub(crate) struct LazyModel {
    kept: Option<Arc<Kept>>,
    model: OnceLock<Model>,
}

impl LazyModel {
    /// A model that is there.
    pub fn awake(model: Model) -> Self {
        Self { kept: None, model: OnceLock::from(model) }
    }

    /// A model that is made once it is needed, and shows what is kept.
    pub fn asleep(kept: Kept) -> Self {
        Self { kept: Some(Arc::new(kept)), model: OnceLock::new() }
    }

    /// Whether nothing needed the model yet.
    pub fn is_asleep(&self) -> bool {
        self.model.get().is_none()
    }

    /// What is shown.
    pub fn shown(&self) -> Shown<'_> {
        match (&self.kept, self.model.get()) {
            (Some(kept), _) => Shown::Kept(kept),
            (None, model) => Shown::Model(model.expect("there is one or the other")),
        }
    }

    /// The model, made now if it was not.
    pub fn get(&self, log: &MultiLog, view: &View) -> &Model {
        self.model.get_or_init(|| view.project(log))
    }

    /// Makes the model if it was not: due before anything changes the log or the view that it would be made of.
    #[inline]
    pub fn wake(&mut self, log: &MultiLog, view: &View) {
        if self.kept.is_some() {
            self.get(log, view);
            self.kept = None;
        }
    }

    /// Makes the model anew, where there is one: what shows is as it was, and what does not is not.
    pub fn make_anew(&mut self, log: &MultiLog, view: &View) {
        if self.model.take().is_some() {
            self.model = OnceLock::from(view.project(log));
        }
    }

    /// The model, which is awake.
    #[inline]
    pub fn awoken(&self) -> &Model {
        self.model.get().expect("whoever changes a document wakes it first")
    }

    /// The model, which is awake, to be changed.
    #[inline]
    pub fn awoken_mut(&mut self) -> &mut Model {
        debug_assert!(self.kept.is_none(), "what is kept would be out of date");
        self.model.get_mut().expect("whoever changes a document wakes it first")
    }
}
