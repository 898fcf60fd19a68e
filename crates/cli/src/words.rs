//! What actions mean together, and what became of them, in words.

use crate::names::Authors;
use crate::time_text::write_time;
use motet::{
    Affected, AuthorKey, Becomes, Bond, BondKind, Conflict, Document, EditRun, Excluded, Extent, Id, Loss, OpRef,
    Outcome, Replica, Rule, Runs, SortedMap, SortedSet, Span, Why,
};

/// Tells of one document.
pub struct Words<'a> {
    replica: &'a Replica,
    runs: Runs,
    /// What other documents keep out, by first elements, and why.
    barred: SortedMap<Id, String>,
}

impl<'a> Words<'a> {
    /// Of a document as it is now.
    pub fn of(replica: &'a Replica) -> Self {
        Self { replica, runs: Runs::of(replica.document()), barred: SortedMap::new() }
    }

    /// With what is to be said of actions, by their first elements, that other documents keep out.
    pub fn with_barred(mut self, barred: impl IntoIterator<Item = (Id, String)>) -> Self {
        self.barred.extend(barred);
        self
    }

    /// What a draft is called.
    pub fn draft(&self, draft: Id) -> &'a str {
        self.document().draft_name(draft)
    }

    fn document(&self) -> &'a Document {
        self.replica.document()
    }

    /// The id of the edit run that holds an element, as `motet log` prints it.
    pub fn name(&self, id: Id) -> String {
        self.runs.get(id).map_or_else(|| Span::of(id).to_string(), |run| run.span.to_string())
    }

    /// Several, each once.
    pub fn names(&self, ids: &[Id], between: &str) -> String {
        let mut names: Vec<String> = Vec::new();
        for name in ids.iter().map(|id| self.name(*id)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(between)
    }

    /// `you, 2026-11-21 17:19:07Z`: who made the action with this element, and when.
    pub fn who(&self, id: Id) -> String {
        let authors = Authors::of(self.replica);
        format!("{}, {}", authors.short(id.replica), write_time(authors.time(id)))
    }

    /// `you, 2026-11-21 17:19:07Z (3..4@1)`: as [`Words::who`], with the id of the edit run.
    fn by(&self, id: Id) -> String {
        format!("{} ({})", self.who(id), self.name(id))
    }

    /// `0..3@1 (+3 "tea", you, 2026-11-21 17:19:07Z)`: an action by its edit run, what that did, and whose it is.
    pub fn action(&self, id: Id) -> String {
        let what = self.runs.get(id).map_or_else(String::new, |run| format!("{}, ", what(self, run)));
        format!("{} ({what}{})", self.name(id), self.who(id))
    }

    fn actions(&self, ids: &[Id]) -> String {
        let actions: Vec<String> = ids.iter().map(|id| self.action(*id)).collect();
        actions.join(" and ")
    }

    /// Why an element is active or not.
    pub fn why(&self, id: Id) -> String {
        let mut told = SortedSet::new();
        let mut because = self.reason(id);
        let mut on = id;
        while let Why::Dependent(next) = self.document().why(on) {
            if !told.insert(next) {
                break;
            }
            because.push_str(&format!("\n  {}: {}", self.name(next), self.reason(next)));
            on = next;
        }
        because
    }

    fn reason(&self, id: Id) -> String {
        match self.document().why(id) {
            Why::Active if self.is_replaced(id) => "active, but a later answer about the same counts instead".into(),
            Why::Active => "active".into(),
            Why::Excluded(choice) => format!("left out by your own choice: {}", choice_words(choice)),
            Why::Undone(by) => format!("undone by {}", self.by(by)),
            Why::Proposed { rejected: Some(by), .. } => format!("rejected by {}", self.by(by)),
            Why::Proposed { draft: Some(draft), .. } => {
                format!("only proposed, in the draft {:?}", self.document().draft_name(draft))
            }
            Why::Proposed { .. } => "only proposed: nobody accepted it yet".into(),
            Why::Failed => match self.document().action_of(id).and_then(|action| self.barred.get(&action.first())) {
                Some(because) => because.clone(),
                None => "failed: the application that it is for could not do it".into(),
            },
            Why::Dependent(on) => format!("needs {}, which is not active", self.action(on)),
            Why::Unmet(constraint) => {
                let others = self.constrained(constraint).map_or(&[][..], |(_, actions)| &actions[1..]);
                format!("needs one of {}, and none is active, says {}", self.names(others, ", "), self.by(constraint))
            }
            Why::Lost(loss) => {
                let answer = self.document().view().answer_to(id).map(|answer| format!("; {}", self.answered(answer)));
                format!("{}{}", self.loss(&loss), answer.unwrap_or_default())
            }
        }
    }

    fn loss(&self, loss: &Loss) -> String {
        let by = self.actions(loss.by());
        match loss {
            Loss::Circle(by) if by.is_empty() => "gave way: it would put a node below itself".into(),
            Loss::Circle(_) => format!("gave way: it would come before itself, with {by} in between"),
            Loss::Constraint { constraint, .. } => {
                format!("gave way to {by}: {}, says {}", self.declared(*constraint), self.by(*constraint))
            }
            Loss::Claim { name, .. } => format!("gave way to {by}: there are no more places of {name:?}"),
            Loss::Related(_) => format!("gave way to {by}: the application that they are of says that both cannot be"),
            Loss::Mine(_) => format!("gave way to {by}, which comes first here: it touches the same"),
            Loss::Decided(by) => format!("gave way, and {} made that final", self.by(*by)),
            Loss::Answer(_) => "gave way to nothing else".into(),
        }
    }

    /// Who decided what.
    pub fn answered(&self, answer: Id) -> String {
        format!("{}: {}", self.declared(answer), self.by(answer))
    }

    /// A conflict on lines of their own: who gave way, to whom, by what, and whether somebody decided.
    pub fn conflict(&self, conflict: &Conflict) -> String {
        let answer = match conflict.answer {
            Some(answer) => self.answered(answer),
            None => format!(
                "nobody decided: motet resolve TARGET {} --keep RUN, --both or --neither",
                self.names(&conflict.sides(), " ")
            ),
        };
        format!("{}\n  {}\n  {answer}\n", self.action(conflict.action.first()), self.loss(&conflict.loss))
    }

    /// What an element declares.
    pub fn declared(&self, id: Id) -> String {
        let all = |actions: &[Id]| self.names(actions, ", ");
        match self.document().log().ops_in(Span::of(id)).next() {
            Some((_, OpRef::Constrain { rule, actions })) => self.rule(rule, actions),
            Some((_, OpRef::Claim { name, places })) => format!("takes one of {places} places of {name:?}"),
            Some((_, OpRef::Resolve { actions, keep, .. })) => match keep.len() {
                0 => format!("decided for none of {}", all(actions)),
                len if len == actions.len() => format!("decided for all of {}", all(actions)),
                _ => format!("decided for {} among {}", all(keep), all(actions)),
            },
            Some((_, OpRef::Weigh { actions, weight, .. })) => format!("weighs {} as {weight}", all(actions)),
            Some((_, OpRef::Govern { deciders: [], .. })) => "says that nobody decides any more".into(),
            Some((_, OpRef::Govern { deciders, .. })) => {
                let names: Vec<String> =
                    deciders.iter().map(|of| Authors::of(self.replica).label(AuthorKey(of.0))).collect();
                format!("says that {} may decide", names.join(", "))
            }
            Some((_, OpRef::Decide { outcomes, .. })) => {
                let out = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Out).count();
                format!("decided about all there was; {out} gave way for good")
            }
            Some((_, OpRef::Vote { decision })) => format!("agrees to {}", self.by(decision)),
            Some((_, OpRef::Trim { .. })) => "let history be trimmed".into(),
            _ => "declares nothing".into(),
        }
    }

    fn rule(&self, rule: Rule, actions: &[Id]) -> String {
        rule_words(rule, actions, &|actions| self.names(actions, ", "))
    }

    /// The element by which to tell of an action: one that does something, where there is any.
    pub fn doing(&self, action: Span) -> Id {
        self.document().doing(action)
    }

    /// What ties actions, in words, and who says so.
    pub fn bond(&self, bond: &Bond) -> String {
        match &bond.kind {
            BondKind::Constraint(id, rule) => format!("{}, says {}", self.rule(*rule, &bond.actions), self.by(*id)),
            BondKind::Places(name, places) => {
                format!("{places} places of {name:?} for {}", self.names(&bond.actions, ", "))
            }
            BondKind::Related => {
                format!("the application says that {} exclude each other", self.names(&bond.actions, " and "))
            }
            BondKind::Answer(id) => self.answered(*id),
        }
    }

    /// The same in a word or two.
    pub fn bond_word(&self, bond: &Bond) -> String {
        match &bond.kind {
            BondKind::Constraint(_, Rule::AtMost(1)) => "conflict".into(),
            BondKind::Constraint(_, Rule::AtMost(max)) => format!("at most {max}"),
            BondKind::Constraint(_, rule) => rule.word().into(),
            BondKind::Places(name, places) => format!("{places} of {name}"),
            BondKind::Related => "excludes".into(),
            BondKind::Answer(_) => "answer".into(),
        }
    }

    /// What an undo would change or hide, a line each.
    pub fn extent(&self, extent: &Extent) -> String {
        let line = |part: &Affected| {
            let what = match &part.turn {
                Becomes::Off => "would be undone".to_owned(),
                Becomes::On => "would come back".to_owned(),
                Becomes::Goes(Why::Dependent(on)) => format!("would go along: it needs {}", self.name(*on)),
                Becomes::Goes(Why::Lost(loss)) => format!("would go: {}", self.loss(loss)),
                Becomes::Goes(_) => "would go along".to_owned(),
                Becomes::Comes(Why::Lost(loss)) => format!("would come: now it {}", self.loss(loss)),
                Becomes::Comes(_) => "would come".to_owned(),
                Becomes::Hides(holder) => {
                    format!("would not be seen any more: it is in what {} made", self.name(*holder))
                }
            };
            let others = if part.is_others { "" } else { " (yours)" };
            format!("{}{others} {}\n  {what}\n", part.span, self.action(part.span.first()))
        };
        let mut out: String = extent.parts.iter().map(line).collect();
        for id in &extent.lifted {
            out.push_str(&format!("what says that {} would be undone\n", self.declared(*id)));
        }
        for span in &extent.spared {
            out.push_str(&format!("{span} would stay: others' work hangs on it\n"));
        }
        for span in &extent.trimmed {
            out.push_str(&format!("{span} would stay: history was trimmed, and it is final\n"));
        }
        out
    }

    fn constrained(&self, id: Id) -> Option<(Rule, &'a [Id])> {
        match self.document().log().ops_in(Span::of(id)).next() {
            Some((_, OpRef::Constrain { rule, actions })) => Some((rule, actions)),
            _ => None,
        }
    }

    /// Whether an element is an answer that another one replaced.
    fn is_replaced(&self, id: Id) -> bool {
        let answer = self.document().answer(id);
        answer.is_some_and(|(_, about)| !self.document().view().answers_in_force(about[0]).contains(&id))
    }
}

/// What a rule says of actions, which `names` tells.
pub fn rule_words<A>(rule: Rule, actions: &[A], names: &dyn Fn(&[A]) -> String) -> String {
    let all = || names(actions);
    let (first, rest) = (|| names(&actions[..1]), || names(&actions[1..]));
    match rule {
        Rule::NotAfter => format!("{} is never after {}", first(), rest()),
        Rule::Enables => format!("{} needs {}", rest(), first()),
        Rule::Causes => format!("{} needs {}, and comes after it", rest(), first()),
        Rule::NonCommuting => format!("the order of {} matters", all()),
        Rule::SoftOrder => format!("{} had better come before {}", first(), rest()),
        Rule::Atomic => format!("all or none of {}", all()),
        Rule::Contiguous => format!("all or none of {}, with nothing in between", all()),
        Rule::AtMost(1) if actions.len() == 2 => format!("never both {} and {}", first(), rest()),
        Rule::AtMost(max) => format!("never more than {max} of {}", all()),
        Rule::AnyOf => format!("{} needs one of {}", first(), rest()),
        Rule::ExactlyOne => format!("{} needs exactly one of {}", first(), rest()),
    }
}

/// What a run did, in words.
pub fn what(words: &Words<'_>, run: &EditRun) -> String {
    if let Some((on, spans)) = &run.switched {
        let spans: Vec<String> = spans.iter().map(Span::to_string).collect();
        return format!("{} {}", if *on { "redid" } else { "undid" }, spans.join(" "));
    }
    if let Some((accepts, spans)) = &run.decided {
        let spans: Vec<String> = spans.iter().map(Span::to_string).collect();
        return format!("{} {}", if *accepts { "accepted" } else { "rejected" }, spans.join(" "));
    }
    let mut parts = Vec::new();
    if run.insertions > 0 {
        let is_cut = run.insertions as usize > run.inserted.chars().count();
        parts.push(format!("+{} {:?}{}", run.insertions, run.inserted, if is_cut { "…" } else { "" }));
    }
    if run.deletions > 0 {
        parts.push(format!("-{}", run.deletions));
    }
    if run.writes > 0 {
        parts.push(format!("{} keys written", run.writes));
    }
    if !run.declared.is_empty() {
        let declared: Vec<String> = run.declared.iter().map(|id| words.declared(*id)).collect();
        parts.push(declared.join("; "));
    }
    parts.join(" ")
}

/// What became of a run that is not active as a whole, in short.
pub fn state(document: &Document, run: &EditRun) -> Option<String> {
    // What is declared stands whatever becomes of the action that it was made in.
    let does = |part: Span| document.log().ops_in(part).any(|(_, op)| !op.is_declaration());
    let mut parts = document.why_parts(run.span);
    if parts.iter().any(|(part, _)| does(*part)) {
        parts.retain(|(part, _)| does(*part));
    }
    let word = |why: &Why| match why {
        Why::Active => None,
        Why::Undone(_) => Some("undone"),
        Why::Proposed { rejected: Some(_), .. } => Some("rejected"),
        Why::Proposed { .. } => Some("proposed"),
        Why::Failed => Some("failed"),
        Why::Dependent(_) | Why::Unmet(_) => Some("needs what is gone"),
        Why::Lost(_) => Some("lost"),
        Why::Excluded(_) => Some("left out"),
    };
    let last = parts.iter().rev().find_map(|(_, why)| word(why))?;
    let is_whole = parts.iter().all(|(_, why)| word(why) == Some(last));
    Some(if is_whole { last.to_owned() } else { format!("partly {last}") })
}

fn choice_words(choice: Excluded) -> &'static str {
    match choice {
        Excluded::OutOfRange => "it is later than the version that is shown",
        Excluded::Hidden => "it is hidden",
        Excluded::Muted => "its author is hidden",
        Excluded::Held => "it is held back",
    }
}
