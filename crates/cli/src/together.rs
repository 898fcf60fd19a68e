//! Documents that constraints tie to each other, and what they come to together.

use crate::error::CommandError;
use crate::login::Login;
use crate::opened::Opened;
use crate::reached::Reached;
use crate::subject::Target;
use crate::view::ViewFlag;
use crate::words::{Words, rule_words};
use motet::{
    Barred, Document, DocumentId, Id, OpRef, Replica, Runs, SortedMap, Space, SpaceConstraint, Span, Standing, across,
};
use serde_json::{Value, json};
use server::{DocumentInfo, action_json};
use std::collections::{BTreeMap, BTreeSet};

/// Documents of one place that are open, with those that they are tied to, as far as these are here.
pub struct Together {
    members: SortedMap<DocumentId, Member>,
    /// How people tell the documents of the place from each other.
    labels: BTreeMap<DocumentId, String>,
    constraints: Vec<SpaceConstraint>,
    barred: Vec<Barred>,
    /// Of each of these the one that it goes along with, since both are of one edit run; otherwise itself.
    roots: Vec<usize>,
    open: Vec<SpaceConstraint>,
}

struct Member {
    opened: Opened,
    /// As a view of one's own shows it.
    seen: Option<Replica>,
}

impl Member {
    fn replica(&self) -> &Replica {
        self.seen.as_ref().unwrap_or_else(|| self.opened.replica())
    }

    fn document_mut(&mut self) -> &mut Document {
        match &mut self.seen {
            Some(seen) => seen.document_mut(),
            None => self.opened.document_mut(),
        }
    }
}

/// What stands in the log beside a constraint: in which document, and by which element.
pub type Said = (DocumentId, Id);

impl Together {
    /// The documents of a place that are listed, and all that they are tied to.
    pub fn open(reached: &Reached, infos: Vec<DocumentInfo>) -> Result<Self, CommandError> {
        let mut together = Self::empty();
        together.labels = labels(&reached.documents()?);
        for info in infos {
            let opened = reached.load(info.clone())?;
            together.members.insert(info.id, Member { opened, seen: None });
        }
        together.gather(reached)?;
        together.settle();
        Ok(together)
    }

    /// The document that `target` names, in a view of one's own, with all that it is tied to.
    pub fn around(target: &Target, login: &Login, view: &ViewFlag) -> Result<(DocumentId, Self), CommandError> {
        let reached = Reached::open(&target.site, login)?;
        let opened = reached.load(reached.find(target.doc.as_deref().expect("it names a document"))?)?;
        let (id, seen) = (opened.info().id, view.replica(&opened)?);
        let mut together = Self::empty();
        together.members.insert(id, Member { opened, seen });
        together.gather(&reached)?;
        together.settle();
        Ok((id, together))
    }

    fn empty() -> Self {
        let (constraints, barred, roots, open) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { members: SortedMap::new(), labels: BTreeMap::new(), constraints, barred, roots, open }
    }

    /// Opens what is named by what is said in documents that are open, until nothing new is.
    fn gather(&mut self, reached: &Reached) -> Result<(), CommandError> {
        let mut looked: BTreeSet<DocumentId> = self.members.keys().copied().collect();
        loop {
            let said = self.space().constraints();
            let named = said.iter().flat_map(|said| said.actions.iter().map(|(document, _)| *document));
            let new: BTreeSet<DocumentId> = named.filter(|id| looked.insert(*id)).collect();
            if !said.is_empty() && self.labels.is_empty() {
                self.labels = labels(&reached.documents()?);
            }
            if new.is_empty() {
                return Ok(());
            }
            let infos = reached.documents()?.into_iter().filter(|info| new.contains(&info.id) && !info.is_deleted);
            for info in infos {
                let opened = reached.load(info.clone())?;
                self.members.insert(info.id, Member { opened, seen: None });
            }
        }
    }

    /// All documents that are open, to say something of them.
    pub fn space(&mut self) -> Space<'_> {
        Space::new(self.members.iter_mut().map(|(id, member)| (*id, member.document_mut())))
    }

    /// Works out what they come to.
    pub fn settle(&mut self) {
        let mut space = self.space();
        let (constraints, settled) = (space.constraints(), space.settle());
        (self.constraints, self.barred, self.open) = (constraints, settled.barred, settled.open);
        self.roots = self.find_roots();
    }

    fn find_roots(&self) -> Vec<usize> {
        let documents: BTreeSet<DocumentId> = self.barred.iter().map(|barred| barred.document).collect();
        let runs: BTreeMap<DocumentId, Runs> =
            documents.iter().map(|id| (*id, Runs::of(self.replica(*id).document()))).collect();
        let run =
            |(document, id): (DocumentId, Id)| runs.get(&document)?.get(id).map(|run| (document, run.span.first()));
        let at: BTreeMap<(DocumentId, Id), usize> =
            self.barred.iter().enumerate().map(|(at, barred)| ((barred.document, barred.action), at)).collect();
        let root = |mut root: usize| {
            let mut seen = BTreeSet::from([root]);
            loop {
                let of = &self.barred[root];
                let own = run((of.document, of.action));
                let along = of.by.iter().filter(|by| run(**by) == own).find_map(|by| at.get(by));
                match along {
                    Some(along) if seen.insert(*along) => root = *along,
                    _ => return root,
                }
            }
        };
        (0..self.barred.len()).map(root).collect()
    }

    /// Returns once what was said is on the disks where these documents are kept, and knows what they come to then.
    pub fn keep(&mut self, documents: &BTreeSet<DocumentId>) -> Result<(), CommandError> {
        let mut kept: Vec<String> = Vec::new();
        for id in documents {
            let member = self.members.get_mut(id).expect("it is open");
            if let Err(error) = member.opened.keep() {
                let stands =
                    if kept.is_empty() { String::new() } else { format!("; it stands in {}", kept.join(", ")) };
                return Err(CommandError::Other(format!("{}: {error}{stands}", member.opened.info().name)));
            }
            kept.push(member.opened.info().name.clone());
        }
        self.settle();
        Ok(())
    }

    /// A document that is open.
    pub fn opened(&self, id: DocumentId) -> &Opened {
        &self.members.get(&id).expect("it is open").opened
    }

    /// The same, as it is looked at.
    pub fn replica(&self, id: DocumentId) -> &Replica {
        self.members.get(&id).expect("it is open").replica()
    }

    /// The documents that are open.
    pub fn ids(&self) -> impl Iterator<Item = DocumentId> {
        self.members.keys().copied()
    }

    /// What is said across documents, each once.
    pub fn constraints(&self) -> &[SpaceConstraint] {
        &self.constraints
    }

    /// Whether a constraint does not count yet, since it names a document that is not here.
    pub fn is_open(&self, said: &SpaceConstraint) -> bool {
        self.open.contains(said)
    }

    /// What other documents keep out, action by action.
    pub fn barred(&self) -> &[Barred] {
        &self.barred
    }

    /// The same, but for what goes along with another action of its edit run.
    pub fn barred_runs(&self) -> impl Iterator<Item = &Barred> {
        self.barred.iter().zip(&self.roots).enumerate().filter(|(at, (_, root))| at == *root).map(|(_, (of, _))| of)
    }

    /// What other documents keep out of one, action by action.
    pub fn barred_in(&self, document: DocumentId) -> impl Iterator<Item = &Barred> {
        self.barred.iter().filter(move |barred| barred.document == document)
    }

    /// What a whole edit run is kept out by, where this goes along with it.
    fn root<'b>(&'b self, barred: &'b Barred) -> &'b Barred {
        self.barred.iter().position(|of| of == barred).map_or(barred, |at| &self.barred[self.roots[at]])
    }

    /// Whether something is kept out since what it excludes is active: a choice, which somebody may want otherwise.
    pub fn gave_way(&self, barred: &Barred) -> bool {
        self.root(barred).by.iter().any(|of| self.is_active(*of))
    }

    fn is_active(&self, (document, action): (DocumentId, Id)) -> bool {
        self.members
            .get(&document)
            .is_some_and(|member| member.replica().document().standing(action) == Standing::Active)
    }

    /// What tells a document from others of the place: its name, or its id.
    fn label(&self, id: DocumentId) -> String {
        self.labels.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// What is said under one key, where it is said of both: why something is kept out, where that is said straight.
    pub fn reasons(&self, barred: &Barred) -> Vec<&str> {
        let barred = self.root(barred);
        let names = |said: &SpaceConstraint, (document, action): (DocumentId, Id)| {
            said.actions.iter().any(|&(of, id)| {
                let here = (of == document).then(|| self.members.get(&of)).flatten();
                here.and_then(|here| here.replica().document().action_of(id)).is_some_and(|span| span.first() == action)
            })
        };
        let is_reason = |said: &&SpaceConstraint| {
            names(said, (barred.document, barred.action))
                && (barred.by.is_empty() || barred.by.iter().any(|by| names(said, *by)))
        };
        let keys: BTreeSet<&str> = self.constraints.iter().filter(is_reason).map(|said| said.said()).collect();
        keys.into_iter().collect()
    }

    /// What wrote a constraint last.
    pub fn said_by(&self, key: &str) -> Option<Said> {
        let mut last: Option<(u64, Said)> = None;
        for (&document, member) in self.members.iter() {
            let log = member.replica().document().log();
            for (id, op) in log.logs().flat_map(|of| of.ops_in(0..of.end())) {
                if let OpRef::Set { container, key: of, value: Some(_), .. } = op
                    && (container, of) == (across(), key)
                {
                    last = last.max(log.lamport(id).map(|lamport| (lamport, (document, id))));
                }
            }
        }
        last.map(|(_, said)| said)
    }

    /// Something that is kept out, for programs.
    pub fn barred_json(&self, barred: &Barred) -> Value {
        json!({
            "action": self.action_json((barred.document, barred.action)),
            "by": self.root(barred).by.iter().map(|by| self.action_json(*by)).collect::<Vec<_>>(),
            "gaveWay": self.gave_way(barred),
            "said": self.reasons(barred),
        })
    }

    /// An action with its document, for programs.
    pub fn action_json(&self, (document, id): (DocumentId, Id)) -> Value {
        let Some(member) = self.members.get(&document) else {
            return json!({ "document": self.document_json(document), "id": Span::of(id).to_string() });
        };
        let mut json = action_json(member.replica(), id);
        json["document"] = self.document_json(document);
        json
    }

    /// A document for programs; of one that is not here its id is known.
    pub fn document_json(&self, id: DocumentId) -> Value {
        match self.members.get(&id) {
            Some(member) => member.opened.json(),
            None => json!({ "id": id.to_string() }),
        }
    }

    /// Ends the work with all of them.
    pub fn close(self) {
        self.members.into_iter().for_each(|(_, member)| member.opened.close());
    }
}

/// The name of each document, or its id where another one that is not deleted has the same.
fn labels(documents: &[DocumentInfo]) -> BTreeMap<DocumentId, String> {
    let is_taken = |info: &DocumentInfo| {
        documents.iter().any(|other| other.id != info.id && other.name == info.name && !other.is_deleted)
    };
    let label = |info: &DocumentInfo| if is_taken(info) { info.id.to_string() } else { info.name.clone() };
    documents.iter().map(|info| (info.id, label(info))).collect()
}

/// Tells of several documents.
pub struct Telling<'a> {
    together: &'a Together,
    words: BTreeMap<DocumentId, Words<'a>>,
}

impl<'a> Telling<'a> {
    /// Of documents as they are now.
    pub fn of(together: &'a Together) -> Self {
        Self { words: together.ids().map(|id| (id, Words::of(together.replica(id)))).collect(), together }
    }

    /// `Letter:0..12@2f`: an edit run with its document, as commands take it.
    pub fn name(&self, (document, id): (DocumentId, Id)) -> String {
        let run = self.words.get(&document).map_or_else(|| Span::of(id).to_string(), |words| words.name(id));
        format!("{}:{run}", self.together.label(document))
    }

    /// The same, with what it did and whose it is.
    fn action(&self, (document, id): (DocumentId, Id)) -> String {
        match self.words.get(&document) {
            Some(words) => format!("{}:{}", self.together.label(document), words.action(id)),
            None => self.name((document, id)),
        }
    }

    fn actions(&self, actions: &[(DocumentId, Id)]) -> String {
        let actions: Vec<String> = actions.iter().map(|of| self.action(*of)).collect();
        actions.join(" and ")
    }

    /// What is said of which edit runs.
    pub fn constraint(&self, said: &SpaceConstraint) -> String {
        rule_words(said.rule, &said.actions, &|actions| {
            let mut names: Vec<String> = Vec::new();
            for name in actions.iter().map(|of| self.name(*of)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names.join(", ")
        })
    }

    /// Who said it, and when.
    pub fn said_by(&self, said: Said) -> String {
        self.words.get(&said.0).map_or_else(String::new, |words| words.who(said.1))
    }

    /// What something is kept out by.
    pub fn because(&self, barred: &Barred) -> String {
        let by = &self.together.root(barred).by;
        let because = if by.is_empty() {
            "kept out: what it needs of another document is not here yet".to_owned()
        } else if self.together.gave_way(barred) {
            format!("gave way to {}", self.actions(by))
        } else {
            format!("kept out: it needs {}, which is not active", self.actions(by))
        };
        let reasons = self.together.reasons(barred);
        if reasons.is_empty() { because } else { format!("{because}, says {}", reasons.join(" and ")) }
    }

    /// Something that is kept out, on lines of its own, with what to do about it.
    pub fn barred(&self, barred: &Barred) -> String {
        let reasons = self.together.reasons(barred);
        let what = match reasons.first() {
            Some(key) if self.together.gave_way(barred) => {
                format!("  nobody decided: motet weigh, motet undo, or motet across release SITE {key}\n")
            }
            _ => String::new(),
        };
        format!("{}\n  {}\n{what}", self.action((barred.document, barred.action)), self.because(barred))
    }
}
