//! One member's copy of a document.

mod cut;
mod deep;
mod lazy;
mod restore;
mod structure;
mod writing;

pub use cut::{Cut, Cutting};
pub use deep::{CONTAINER_DEPTH_MAX, Deep};
pub use writing::Refusal;

use crate::edit::Edit;
use crate::extent::without;
use blob::BlobRef;
use clock::{Id, ReplicaId, Seq, Span, VersionVector};
use lazy::LazyModel;
use log::{
    Action, ContainerId, Header, MultiLog, OpRef, Proposal, ReceiveError, Received, Register, ReplicaLog, Value,
};
use model::{Kept, Model, Patch, Shown, Text};
use view::{DiffPart, Grade, HeldPart, Loss, Overlap, Policy, Projection, Standing, Suggestions, View, Why};
use view::{elements_of, spans_of};
use writing::{Writing, shown_time};

/// How many spans one op switches: an action of several such has no more than fits.
const CONTROL_TARGETS: usize = 1 << 14;

/// How many controls one op replaces.
const CONTROL_HEADS: usize = codec::limits::PRED.max as usize;

/// One member's copy of a document: what happened, what of it is active, and how that looks.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) log: MultiLog,
    pub(crate) view: View,
    pub(crate) model: LazyModel,
    pub(crate) replica: ReplicaId,
    /// The writer streams of this copy's author, this one among them.
    pub(crate) mine: Vec<ReplicaId>,
    pub(crate) writing: Writing,
    /// As what whatever is written is only proposed, if at all.
    pub(crate) suggesting: Option<Proposal>,
}

impl Document {
    /// An empty document that writes as `replica`, an id that nobody else has or had.
    pub fn new(replica: ReplicaId) -> Self {
        let model = LazyModel::awake(Model::new());
        Self {
            log: MultiLog::new(),
            view: View::new(),
            model,
            replica,
            mine: vec![replica],
            writing: Writing::default(),
            suggesting: None,
        }
    }

    /// A copy that writes as another replica.
    pub fn fork(&self, replica: ReplicaId) -> Self {
        Self { replica, mine: vec![replica], writing: Writing::default(), suggesting: None, ..self.clone() }
    }

    /// A copy that shows another choice, to be looked at.
    pub fn with_policy(&self, policy: Policy) -> Self {
        let mut copy = self.clone();
        copy.set_policy(policy);
        copy
    }

    /// The writer stream of this copy.
    pub fn replica(&self) -> ReplicaId {
        self.replica
    }

    /// Counts the actions of `replica` as this author's own, for undo and for holds.
    pub fn add_mine(&mut self, replica: ReplicaId) {
        if !self.mine.contains(&replica) {
            self.mine.push(replica);
            self.view.add_mine(replica);
        }
    }

    /// The log.
    pub fn log(&self) -> &MultiLog {
        &self.log
    }

    /// The view.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The model; made now where the document was opened from an image and nothing needed it yet.
    pub fn model(&self) -> &Model {
        self.model.get(&self.log, &self.view)
    }

    /// What is shown: enough for readers, and there as soon as a document is opened.
    pub fn shown(&self) -> Shown<'_> {
        self.model.shown()
    }

    /// Makes the model where it was not made yet. Whatever changes the log or the view begins with it.
    #[inline]
    pub(crate) fn wake(&mut self) {
        self.model.wake(&self.log, &self.view);
    }

    /// Another view of the same log.
    pub(crate) fn view_with(&self, policy: Policy) -> View {
        let model = policy.mine_first.map(|_| self.model());
        self.view.with_policy(&self.log, policy, model)
    }

    /// What everybody sees who has this log, nothing else, and chose nothing.
    pub(crate) fn shared_view(&self) -> View {
        self.view.of_log_alone(&self.log, Policy::default())
    }

    /// How much of everybody's writing it has.
    pub fn version(&self) -> VersionVector {
        self.log.version()
    }

    /// The text `container` as it is shown.
    pub fn text(&self, container: ContainerId) -> String {
        self.shown().text(container).map_or_else(String::new, |text| text.read())
    }

    /// What the shared view shows of `version`, which the log includes.
    pub(crate) fn shared_kept(&self, version: &VersionVector) -> Kept {
        let is_now = *version == self.version() && !self.is_writing();
        if is_now && self.view.is_shared() {
            return match self.shown() {
                Shown::Kept(kept) => kept.clone(),
                Shown::Model(model) => Kept::of(model),
            };
        }
        let shared = Policy { pin: (!is_now).then(|| version.clone()), ..Policy::default() };
        Kept::of(&self.view.of_log_alone(&self.log, shared).project(&self.log))
    }

    /// Takes in all logs of a document that shows what is `kept`, before anything else. Where anything is refused
    /// nothing is.
    pub(crate) fn open(&mut self, parts: Vec<ReplicaLog>, kept: Kept) -> Result<(), ReceiveError> {
        let spans = self.log.receive_logs(parts)?;
        self.view.note(&self.log, &spans);
        self.model = LazyModel::asleep(kept);
        Ok(())
    }

    /// Puts logs in the place of all, which say the same of everything that shows.
    pub(crate) fn replace_log(&mut self, logs: Vec<ReplicaLog>) {
        let mut log = MultiLog::new();
        log.receive_logs(logs).expect("what was here was valid, and says the same with fewer words");
        self.log = log;
        self.model.make_anew(&self.log, &self.view);
    }

    /// Whether it was opened from an image and nothing needed its model yet.
    pub fn is_asleep(&self) -> bool {
        self.model.is_asleep()
    }

    /// The container that element `id` is of: of a character, an object or a paragraph mark, the text.
    pub fn home(&self, id: Id) -> Option<ContainerId> {
        self.log.ops_in(Span::of(id)).next().and_then(|(_, op)| op.container())
    }

    /// How long the text `container` is, in code points.
    pub fn text_len(&self, container: ContainerId) -> Seq {
        self.shown().text(container).map_or(0, |text| text.len_chars())
    }

    /// What `key` of the map `container` holds.
    pub fn get(&self, container: ContainerId, key: &str) -> Option<&Value> {
        self.shown().get(container, key)
    }

    /// The blob that `key` of the map `container` holds: what a placeholder shows before its bytes are there.
    pub fn blob(&self, container: ContainerId, key: &str) -> Option<&BlobRef> {
        self.get(container, key)?.blob()
    }

    /// Makes one action of what `change` does, at `time` in seconds since 1970; several where one would be more than
    /// can be sent. Returns its elements; `None` where `change` did nothing, or where something in it is more than
    /// anybody could read: then nothing is done, and [`Document::take_refusal`] says why.
    pub fn edit(&mut self, time: i64, change: impl FnOnce(&mut Edit<'_>)) -> Option<Span> {
        self.wake();
        self.let_mine_through(None);
        let is_plain = self.view.is_plain();
        self.begin(is_plain);
        change(&mut Edit { document: self, told: None });
        if self.is_refused() {
            self.abandon();
            return None;
        }
        self.commit(is_plain, time, None)
    }

    /// As [`Document::edit`], with what changes on the screen added to `patch`.
    pub(crate) fn edit_for(
        &mut self,
        time: i64,
        patch: &mut Patch,
        change: impl FnOnce(&mut Edit<'_>),
    ) -> Option<Span> {
        self.write(patch, change);
        if self.is_refused() {
            self.abandon();
            return None;
        }
        self.close(time, Some(patch))
    }

    /// Does what `change` does as a part of one action, which goes on until [`Document::close`]; until then nothing
    /// else may be done to the document. What changes on the screen is added to `patch`. What `change` does after
    /// something was refused is not done, and [`Document::take_refusal`] says why; what it did before stays.
    pub fn write<T>(&mut self, patch: &mut Patch, change: impl FnOnce(&mut Edit<'_>) -> T) -> T {
        self.wake();
        self.let_mine_through(Some(patch));
        self.begin(self.view.is_plain());
        change(&mut Edit { document: self, told: Some(patch) })
    }

    /// Ends the action that [`Document::write`] began, at `time` in seconds since 1970. Returns its elements;
    /// `None` where nothing was done. What else changes on the screen, since it was said what actions mean together, is
    /// added to `patch`, where one is given.
    pub fn close(&mut self, time: i64, patch: Option<&mut Patch>) -> Option<Span> {
        self.commit(self.view.is_plain(), time, patch)
    }

    /// Whether element `id` is here, in the log or in the action being written.
    pub fn knows(&self, id: Id) -> bool {
        self.log.log(id.replica).is_some_and(|log| id.seq < log.ops_end())
    }

    /// Whether an action is being written.
    pub fn is_writing(&self) -> bool {
        self.log.is_writing(self.replica)
    }

    /// Closes the action being written.
    #[inline]
    fn commit(&mut self, is_plain: bool, time: i64, patch: Option<&mut Patch>) -> Option<Span> {
        let time = shown_time(time);
        let proposal = self.suggesting;
        if proposal.is_some() {
            self.declare_needs();
        }
        let span = if is_plain && !self.is_cut() && proposal.is_none() {
            let span = self.log.commit_plain(self.replica, time);
            self.closed(span)
        } else {
            let unseen = if is_plain { Vec::new() } else { self.view.unseen() };
            self.commit_cut(&Header { time, unseen, proposal, ..Header::default() })
        };
        if let Some(span) = span {
            self.append_own(span, patch);
        }
        span
    }

    /// Lets the view know of what was written here.
    #[inline]
    fn append_own(&mut self, span: Span, patch: Option<&mut Patch>) {
        if std::mem::take(&mut self.writing.drafts) || self.suggesting.is_some() {
            self.view.note_proposed(&self.log, span);
        }
        if std::mem::take(&mut self.writing.declares) || self.view.puts_mine_first() {
            self.view.append_declared(&self.log, span, self.model.awoken_mut(), patch);
        } else {
            self.view.append_own(&self.log, span);
        }
    }

    /// Makes one action of what `change` does to the document as it was at `base`, which the present
    /// version includes: positions, and what there is to replace, are those of `base`, and the action has
    /// seen nothing later. So whoever saves against an old version is merged with what came since.
    pub fn edit_seen_at(
        &mut self,
        base: &VersionVector,
        time: i64,
        change: impl FnOnce(&mut Edit<'_>),
    ) -> Option<Span> {
        self.wake();
        self.let_mine_through(None);
        let policy = self.view.policy().clone();
        self.pin(Some(base.clone()));
        self.begin(false);
        change(&mut Edit { document: self, told: None });
        if self.is_refused() {
            self.abandon();
            self.set_policy(policy);
            return None;
        }
        let (unseen, proposal) = (self.view.unseen(), self.suggesting);
        if proposal.is_some() {
            self.declare_needs();
        }
        // Before the action is in the log, so that the pin never counts it as out of range.
        self.set_policy(policy);
        let span = self.commit_cut(&Header { time: shown_time(time), unseen, proposal, ..Header::default() })?;
        self.append_own(span, None);
        Some(span)
    }

    /// Who edits a pinned view, or one that a hold closes to their own stream, unlocks it, and who proposes sees what is
    /// proposed so: nobody writes what they cannot see.
    #[inline]
    pub(crate) fn let_mine_through(&mut self, patch: Option<&mut Patch>) {
        if !self.view.is_plain() || self.suggesting.is_some() {
            self.unlock(patch);
        }
    }

    fn unlock(&mut self, patch: Option<&mut Patch>) {
        let (next, policy) = (self.log.end(self.replica), self.view.policy());
        let is_open = matches!(policy.cut(self.replica, next..next + 1).as_slice(), [(_, None)]);
        if is_open && self.suggesting.is_none_or(|proposal| policy.includes(self.replica, proposal)) {
            return;
        }
        let mut policy = policy.clone();
        match self.suggesting {
            Some(Proposal::Draft(draft)) => _ = policy.drafts.insert(draft),
            Some(Proposal::Suggestion) if policy.suggestions == Suggestions::None => {
                policy.suggestions = Suggestions::Own;
                policy.mine.extend(self.mine.iter().copied());
            }
            _ => {}
        }
        policy.pin = None;
        policy.muted.remove(&self.replica);
        policy.held.remove(&self.replica);
        policy.mine.insert(self.replica);
        self.view.set_policy(&self.log, policy, self.model.awoken_mut(), patch);
    }

    /// Takes in an action from anywhere. What changed is added to `patch`, where one is given.
    pub fn receive(&mut self, action: Action, patch: Option<&mut Patch>) -> Result<Received, ReceiveError> {
        self.wake();
        let received = self.log.receive(action)?;
        if let Received::Appended(spans) = &received {
            self.view.append_all(&self.log, spans, self.model.awoken_mut(), patch);
        }
        Ok(received)
    }

    /// Takes in actions from anywhere, in any order. Stops at the first that is refused; those before
    /// it are in. Returns what changed.
    pub fn receive_all(&mut self, actions: impl IntoIterator<Item = Action>) -> Result<Patch, ReceiveError> {
        let mut patch = Patch::default();
        self.receive_many(actions, Some(&mut patch)).1?;
        Ok(patch)
    }

    /// As [`Document::receive_all`]; returns what was appended, in causal order, and whether all was
    /// accepted.
    pub(crate) fn receive_many(
        &mut self,
        actions: impl IntoIterator<Item = Action>,
        patch: Option<&mut Patch>,
    ) -> (Vec<Span>, Result<(), ReceiveError>) {
        self.wake();
        let mut spans = Vec::new();
        let mut receive = |action| self.log.receive(action).map(|received| spans.extend(received.appended()));
        let result = actions.into_iter().try_for_each(&mut receive);
        self.view.append_all(&self.log, &spans, self.model.awoken_mut(), patch);
        (spans, result)
    }

    /// Takes in parts of logs, as blocks hold them: from anywhere, in any order, known or not. Returns
    /// what was appended, in causal order; where anything is refused nothing is. What changed is added to
    /// `patch`, where one is given.
    pub fn receive_logs(
        &mut self,
        parts: Vec<ReplicaLog>,
        patch: Option<&mut Patch>,
    ) -> Result<Vec<Span>, ReceiveError> {
        self.wake();
        let spans = self.log.receive_logs(parts)?;
        self.view.append_all(&self.log, &spans, self.model.awoken_mut(), patch);
        Ok(spans)
    }

    /// The actions that a member at `version` lacks.
    pub fn actions_since(&self, version: &VersionVector) -> Vec<Action> {
        let missing = self.version().missing_from(version);
        missing
            .into_iter()
            .filter_map(|span| self.log.log(span.replica).map(|log| log.actions_in(span.start..span.end)))
            .flatten()
            .collect()
    }

    /// What became of an element.
    pub fn standing(&self, id: Id) -> Standing {
        match self.view.standing(id) {
            Standing::Active if self.is_lost(id) => Standing::Lost,
            standing => standing,
        }
    }

    /// Why an element stands as it does; a move that loses gave way to a circle of moves, which is not told.
    pub fn why(&self, id: Id) -> Why {
        match self.view.why(id) {
            Why::Active if self.is_lost(id) => Why::Lost(Loss::Circle(Vec::new())),
            why => why,
        }
    }

    /// Chooses what this copy leaves out; nobody else learns of it. Returns what changed.
    pub fn set_policy(&mut self, policy: Policy) -> Patch {
        let mut patch = Patch::default();
        self.change_policy(policy, &mut patch);
        patch
    }

    /// As [`Document::set_policy`], with what changed added to `patch`.
    pub fn change_policy(&mut self, policy: Policy, patch: &mut Patch) {
        self.wake();
        self.view.set_policy(&self.log, policy, self.model.awoken_mut(), Some(patch));
    }

    /// Holds back what `replicas` write from now on: it is received and kept, and not applied.
    pub fn hold(&mut self, replicas: impl IntoIterator<Item = ReplicaId>) -> Patch {
        let mut policy = self.view.policy().clone();
        for replica in replicas {
            policy.held.entry(replica).or_insert(self.log.end(replica));
        }
        self.set_policy(policy)
    }

    /// Holds back whatever anybody else writes from now on.
    pub fn hold_everything(&mut self) -> Patch {
        let mut policy = self.view.policy().clone();
        policy.mine = self.mine.iter().copied().collect();
        policy.hold_all.get_or_insert_with(|| self.log.version());
        self.set_policy(policy)
    }

    /// Holds back what anybody else does from now on to some elements, and to what hangs on them or comes to.
    pub fn hold_part(&mut self, elements: impl IntoIterator<Item = Span>) -> Patch {
        let mut policy = self.view.policy().clone();
        policy.mine = self.mine.iter().copied().collect();
        policy.held_parts.push(HeldPart::of(&self.log, elements));
        self.set_policy(policy)
    }

    /// The elements of a text that show between two of its characters, the one at `to` not among them, and those that are gone
    /// from there: what [`Document::hold_part`] takes as the part of a text. Ascending.
    pub fn elements_between(&mut self, text: ContainerId, from: Seq, to: Seq) -> Vec<Span> {
        let text = self.model_text(text);
        let mut elements = elements_of(text.visible_spans(from, to.saturating_sub(from)));
        let mut is_in = false;
        for run in text.runs() {
            let ranges = elements.get(&run.span.replica);
            if run.visible {
                is_in = ranges.is_some_and(|ranges| ranges.get(run.span.last().seq).is_some());
            } else if is_in {
                elements.entry(run.span.replica).or_default().set(run.span.start..run.span.end, Some(()));
            }
        }
        spans_of(&elements)
    }

    /// Ends every hold.
    pub fn release(&mut self) -> Patch {
        let mut policy = self.view.policy().clone();
        policy.held.clear();
        policy.held_parts.clear();
        policy.hold_all = None;
        self.set_policy(policy)
    }

    /// Lets this author's work come first, or not: of what cannot all be active, none of it is given up for others' work, but
    /// where somebody answered so for everybody; and what others did without having seen it is left out where it has to do
    /// with it as much as `from` says. Nobody else learns of it.
    pub fn put_mine_first(&mut self, from: Option<Grade>) -> Patch {
        let mine = self.mine.iter().copied().collect();
        self.set_policy(Policy { mine, mine_first: from, ..self.view.policy().clone() })
    }

    /// Lets actions come before whatever else could be chosen, in this view only; each named by any of its elements.
    pub fn prefer(&mut self, actions: impl IntoIterator<Item = Id>) -> Patch {
        let mut policy = self.view.policy().clone();
        policy.preferred.extend(actions);
        self.set_policy(policy)
    }

    /// Notices from now on what others do at once with what this author does, where one of both was done since a version.
    pub fn watch_overlaps(&mut self, since: VersionVector) {
        self.view.watch_overlaps(self.mine.iter().copied().collect(), since);
    }

    /// What others did to the same as this author did, neither having seen the other, and all of which shows; ascending. Nothing
    /// before [`Document::watch_overlaps`].
    pub fn overlaps(&mut self) -> Vec<Overlap> {
        self.wake();
        let model = self.model.get(&self.log, &self.view);
        self.view.overlaps(&self.log, model)
    }

    /// What this view shows the effect of and the shared one does not, or the other way round, ascending: how far it has
    /// gone from what everybody sees who chose nothing.
    pub fn divergence(&self) -> Vec<Span> {
        if self.view.is_shared() {
            return Vec::new();
        }
        self.view.differences(&self.shared_view(), &self.log)
    }

    /// Shows `version` and nothing later, or everything again.
    pub fn pin(&mut self, version: Option<VersionVector>) -> Patch {
        let policy = Policy { pin: version, ..self.view.policy().clone() };
        self.set_policy(policy)
    }

    /// Switches elements off, for everybody, whoever wrote them: an action of its own. `None` where
    /// there is nothing to switch.
    pub fn undo_spans(&mut self, spans: &[Span], time: i64) -> Option<(Span, Patch)> {
        self.switch(spans, false, time)
    }

    /// Switches elements on again, for everybody.
    pub fn redo_spans(&mut self, spans: &[Span], time: i64) -> Option<(Span, Patch)> {
        self.switch(spans, true, time)
    }

    fn switch(&mut self, spans: &[Span], on: bool, time: i64) -> Option<(Span, Patch)> {
        let targets = self.targets(spans, on);
        self.control(Register::Undo, &targets, time)
    }

    /// Switches elements on or off, as each says, for everybody: an action of its own, which is never only proposed.
    pub(crate) fn control(&mut self, register: Register, targets: &[(Span, bool)], time: i64) -> Option<(Span, Patch)> {
        if targets.is_empty() {
            return None;
        }
        self.wake();
        let mut patch = Patch::default();
        self.let_mine_through(Some(&mut patch));
        self.begin(self.view.is_plain());
        for on in [false, true] {
            let targets = apart(targets.iter().filter(|target| target.1 == on).map(|target| target.0));
            self.push_control((register, on), &targets);
        }
        if self.is_refused() {
            self.abandon();
            return None;
        }
        let unseen = if self.view.is_plain() { Vec::new() } else { self.view.unseen() };
        let span = self.commit_cut(&Header { time: shown_time(time), unseen, ..Header::default() })?;
        self.view.append_all(&self.log, &[span], self.model.awoken_mut(), Some(&mut patch));
        Some((span, patch))
    }

    /// Switches spans, which are apart from each other, in as many ops as it takes.
    fn push_control(&mut self, (register, on): (Register, bool), targets: &[Span]) {
        for targets in targets.chunks(CONTROL_TARGETS) {
            let mut pred = self.view.control_heads(register, targets);
            if pred.len() > CONTROL_HEADS {
                if let [one] = targets
                    && one.len() == 1
                {
                    // As many switched one element at once: the others stand beside this.
                    pred.truncate(CONTROL_HEADS);
                } else {
                    let (left, right) = halves(targets);
                    self.push_control((register, on), &left);
                    self.push_control((register, on), &right);
                    continue;
                }
            }
            let op = OpRef::Control { register, on, targets, pred: &pred };
            if self.may_push(op) {
                self.log.push(self.replica, op);
            }
        }
    }

    /// What to write so that `spans` are on or off, as far as history was not trimmed.
    pub(crate) fn targets(&self, spans: &[Span], on: bool) -> Vec<(Span, bool)> {
        self.still_open(self.all_targets(spans, on))
    }

    /// What of `targets` can be switched: what is final cannot.
    pub(crate) fn still_open(&self, targets: Vec<(Span, bool)>) -> Vec<(Span, bool)> {
        let mut open = Vec::new();
        for (target, on) in targets {
            let trimmed = self.view.trimmed_parts(target);
            open.extend(without(target, &trimmed).into_iter().map(|part| (part, on)));
        }
        open
    }

    /// What of `spans`, and of what these switched, cannot be switched any more, since history was trimmed.
    pub(crate) fn trimmed_targets(&self, spans: &[Span]) -> Vec<Span> {
        let targets = self.all_targets(spans, false).into_iter();
        targets.flat_map(|(target, _)| self.view.trimmed_parts(target)).collect()
    }

    /// What to write so that `spans` are on or off: undoing an undo or redo is writing the opposite on what
    /// it switched.
    fn all_targets(&self, spans: &[Span], on: bool) -> Vec<(Span, bool)> {
        let mut targets = Vec::new();
        for span in spans {
            let end = span.end.min(self.log.end(span.replica));
            for (id, op) in self.log.ops_in(Span::new(span.replica, span.start, end)) {
                match op {
                    OpRef::Control { register: Register::Undo, on: did, targets: switched, .. } => {
                        targets.extend(switched.iter().map(|&target| (target, did == on)));
                    }
                    _ => {
                        let last = Span::new(id.replica, id.seq, id.seq + op.len());
                        match targets.last_mut() {
                            Some((before, same))
                                if *same == on && before.replica == last.replica && before.end == last.start =>
                            {
                                before.end = last.end;
                            }
                            _ => targets.push((last, on)),
                        }
                    }
                }
            }
        }
        targets
    }

    /// The text `container` at `version`.
    pub fn text_at(&self, container: ContainerId, version: &VersionVector) -> String {
        let Some(text) = self.model().text(container) else { return String::new() };
        let past = self.view_with(Policy { pin: Some(version.clone()), ..Policy::default() });
        view::text_at(&self.log, &past, version, container, text)
    }

    /// What the text `container` shows under two policies, part by part, with what made the
    /// difference.
    pub fn diff(&self, container: ContainerId, before: Policy, after: Policy) -> Vec<DiffPart> {
        let Some(text) = self.model().text(container) else { return Vec::new() };
        let (before, after) = (self.view_with(before), self.view_with(after));
        let after = Projection::of(&self.log, &after, container);
        Projection::of(&self.log, &before, container).diff(&after, text)
    }

    /// A hash of what is shown: equal on members that have the same log and policy.
    pub fn state_hash(&mut self) -> u64 {
        self.wake();
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let mut mix = |bytes: &[u8]| {
            for &byte in bytes {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for (id, hash) in self.model.awoken_mut().text_hashes() {
            mix(format!("{id:?}").as_bytes());
            mix(&hash.to_le_bytes());
        }
        for (id, hash) in self.model.awoken_mut().other_hashes() {
            mix(format!("{id:?}").as_bytes());
            mix(&hash.to_le_bytes());
        }
        state
    }

    /// As [`Document::state_hash`], of the shared view: what this copy leaves out for itself counts.
    pub fn shared_state_hash(&mut self) -> u64 {
        if self.view.is_shared() {
            return self.state_hash();
        }
        let mut shared = self.with_policy(Policy::default());
        if !shared.view.is_shared() {
            // An application or another document keeps something out.
            shared.view = self.shared_view();
            shared.model = LazyModel::awake(shared.view.project(&self.log));
        }
        shared.state_hash()
    }

    /// The standings of the shared view, written out: equal on members that have the same log.
    pub(crate) fn standings(&self) -> String {
        if self.view.is_shared() {
            return self.view.write_standings();
        }
        self.shared_view().write_standings()
    }

    /// The text `container`, to look things up in.
    pub fn model_text(&mut self, container: ContainerId) -> &mut Text {
        self.wake();
        self.model.awoken_mut().text_mut(container)
    }

    /// Panics where an invariant does not hold.
    pub fn check_invariants(&self) {
        self.log.check_invariants();
        self.view.check_invariants(&self.log, self.model());
        self.model().check_invariants();
    }
}

/// Spans as two parts that are as long; they are more than one element.
fn halves(spans: &[Span]) -> (Vec<Span>, Vec<Span>) {
    if let [one] = *spans {
        let middle = one.start + one.len() / 2;
        return (vec![Span::new(one.replica, one.start, middle)], vec![Span::new(one.replica, middle, one.end)]);
    }
    let (left, right) = spans.split_at(spans.len() / 2);
    (left.to_vec(), right.to_vec())
}

/// What `spans` cover, as a control names it: ascending, none touching the next.
pub(crate) fn apart(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    spans_of(&elements_of(spans))
}
