//! What text that is there should be like, and what of that it is not yet.

use crate::part::Piece;
use crate::schema::{blob_at, block_properties, key, link_value, mark, marks_of, object, picture_address, properties};
use motet::{ContainerId, Edit, Format, Grows, Id, Model, Seq, Value};
use note::{Block, Content, Kind, Line, Marks, Table};

/// What is wanted of one or more elements of a text.
#[derive(Clone, Copy, Debug)]
pub enum Want<'n> {
    /// The paragraph mark that begins this block.
    Mark(&'n Block),
    /// No element: this block begins here without a mark.
    NoMark(&'n Block),
    /// Characters, so many, with these marks.
    Text {
        /// They.
        text: &'n str,
        /// How many code points that is.
        len: Seq,
        /// How they look.
        marks: &'n Marks,
    },
    /// An object.
    Object(&'n Content, &'n Marks),
    /// A table.
    Table(&'n Table),
}

const PLAIN: &Marks = &Marks { emphasis: false, strong: false, strike: false, code: false, link: None };

impl<'n> Want<'n> {
    /// Characters with marks.
    pub fn text(text: &'n str, marks: &'n Marks) -> Self {
        Self::Text { text, len: text.chars().count() as Seq, marks }
    }

    fn len(&self) -> Seq {
        match self {
            Self::NoMark(_) => 0,
            Self::Text { len, .. } => *len,
            Self::Mark(_) | Self::Object(..) | Self::Table(_) => 1,
        }
    }

    /// What is put into the text for it.
    pub fn piece(&self) -> Option<Piece<'n>> {
        Some(match *self {
            Self::Mark(_) => Piece::Object(object::MARK),
            Self::Table(_) => Piece::Object(object::TABLE),
            Self::Object(content, _) => Piece::of(content),
            Self::Text { text, .. } => Piece::Words(text),
            Self::NoMark(_) => return None,
        })
    }

    /// The marks that are wanted, where any can be.
    fn marks(&self) -> Option<&'n Marks> {
        match *self {
            Self::Text { marks, .. } | Self::Object(_, marks) => Some(marks),
            Self::Mark(_) | Self::NoMark(_) | Self::Table(_) => None,
        }
    }

    /// What makes element `id` what is wanted of it, apart from its marks.
    fn fix(&self, id: Id) -> Option<Fix<'n>> {
        match *self {
            Self::Mark(block) => Some(Fix::Look(properties(id), block)),
            Self::Table(table) => Some(Fix::Table(id, table)),
            Self::Object(content, _) => Some(Fix::Object(id, content)),
            Self::Text { .. } | Self::NoMark(_) => None,
        }
    }
}

/// What is wanted of the elements of a block, without its mark.
pub fn of_block<'n>(block: &'n Block, wants: &mut Vec<Want<'n>>) {
    match &block.kind {
        Kind::Paragraph(line) | Kind::Heading { line, .. } => of_line(line, wants),
        Kind::Code { text, .. } | Kind::Html(text) => wants.push(Want::text(text, PLAIN)),
        Kind::Table(table) => wants.push(Want::Table(table)),
        Kind::Rule => {}
    }
}

/// What is wanted of the elements of a line.
pub fn of_line<'n>(line: &'n Line, wants: &mut Vec<Want<'n>>) {
    wants.extend(line.iter().map(|run| match &run.content {
        Content::Text(text) => Want::text(text, &run.marks),
        content => Want::Object(content, &run.marks),
    }));
}

/// Something that is not as wanted.
#[derive(Debug)]
pub enum Fix<'n> {
    /// The look of a block.
    Look(ContainerId, &'n Block),
    /// What an object is like.
    Object(Id, &'n Content),
    /// A table.
    Table(Id, &'n Table),
    /// A property of text.
    Mark(MarkFix),
}

/// A property that text should have.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkFix {
    at: Seq,
    len: Seq,
    key: &'static str,
    value: Option<Value>,
}

/// Writes properties that text should have.
pub fn write_marks(edit: &mut Edit<'_>, body: ContainerId, fixes: &[MarkFix]) {
    let end = edit.document().text_len(body);
    edit.mark_all(body, fixes.iter().map(|fix| format((fix.at, fix.len), end, fix.key, fix.value.as_ref())));
}

/// Sets a property of text, or takes it away.
pub fn write_mark(edit: &mut Edit<'_>, body: ContainerId, range: (Seq, Seq), key: &str, value: Option<&Value>) {
    let end = edit.document().text_len(body);
    edit.mark_all(body, [format(range, end, key, value)]);
}

/// What is formatted grows at its end, but not beyond the end of the body: what others put there is their own.
fn format<'a>((at, len): (Seq, Seq), end: Seq, key: &'a str, value: Option<&'a Value>) -> Format<'a> {
    let is_last = at + len >= end;
    let grows = if value.is_none() || is_last || [mark::CODE, mark::LINK].contains(&key) {
        Grows::Nowhere
    } else {
        Grows::AtEnd
    };
    Format { at, len, key, value, grows }
}

/// The properties that a note knows, with what `marks` says of them.
pub fn values(marks: &Marks) -> [(&'static str, Option<Value>); 5] {
    let flag = |is_set: bool| is_set.then_some(Value::Bool(true));
    [
        (mark::EMPHASIS, flag(marks.emphasis)),
        (mark::STRONG, flag(marks.strong)),
        (mark::STRIKE, flag(marks.strike)),
        (mark::CODE, flag(marks.code)),
        (mark::LINK, marks.link.as_ref().map(link_value)),
    ]
}

/// What is to be done so that the elements of `body` from `at` on are as `wants` says, which knows what they are, but
/// for so many objects among them that are `unknown`.
pub fn fixes<'n>(model: &Model, body: ContainerId, (at, unknown): (Seq, Seq), wants: &[Want<'n>]) -> Vec<Fix<'n>> {
    let mut fixes = Vec::new();
    let len = unknown + wants.iter().map(Want::len).sum::<Seq>();
    let text = model.text(body);
    let units = text.map_or((0, 0), |text| (text.utf16_at_chars(at), text.utf16_at_chars(at + len)));
    let runs = text.map_or_else(Vec::new, |text| text.rich_between(units.0, units.1));
    let mut runs = runs.iter();
    let (mut run, mut used) = (runs.next(), 0);
    let mut marks = OpenMarks { at, open: Default::default() };
    for want in wants {
        let mut left = want.len();
        if let Want::NoMark(block) = want {
            fixes.push(Fix::Look(block_properties(body, None), block));
        }
        while left > 0 {
            let Some(now) = run else { break };
            if now.object.is_some_and(|kind| !object::KNOWN.contains(&kind)) {
                marks.pass(1, None, Marks::default, &mut fixes);
                run = runs.next();
                continue;
            }
            let take = left.min(now.span.len() - used);
            let id = now.span.first();
            fixes.extend(want.fix(id));
            marks.pass(take, want.marks(), || marks_of(&now.marks), &mut fixes);
            (left, used) = (left - take, used + take);
            if used == now.span.len() {
                (run, used) = (runs.next(), 0);
            }
        }
    }
    marks.close(&mut fixes);
    fixes
}

/// What is to be done so that what was just put into a body that never held anything, from `at` on, is as `wants` says;
/// `objects` are the names of its paragraph marks and objects. Nothing needs to be looked at: no mark reaches there.
pub fn fixes_of_new<'n>(body: ContainerId, at: Seq, objects: &[Id], wants: &[Want<'n>]) -> Vec<Fix<'n>> {
    let (mut fixes, mut objects) = (Vec::with_capacity(objects.len()), objects.iter());
    let mut marks = OpenMarks { at, open: Default::default() };
    for want in wants {
        match want {
            Want::NoMark(block) => fixes.push(Fix::Look(block_properties(body, None), block)),
            Want::Text { .. } => {}
            _ => fixes.extend(objects.next().and_then(|&id| want.fix(id))),
        }
        marks.pass(want.len(), want.marks(), Marks::default, &mut fixes);
    }
    marks.close(&mut fixes);
    fixes
}

/// Properties that are to be written from somewhere up to where `at` is.
struct OpenMarks {
    at: Seq,
    open: [Option<MarkFix>; 5],
}

impl OpenMarks {
    fn pass(&mut self, len: Seq, wanted: Option<&Marks>, has: impl Fn() -> Marks, fixes: &mut Vec<Fix<'_>>) {
        let has = wanted.map(|_| has());
        let (Some(wanted), Some(has)) = (wanted, has) else {
            self.close(fixes);
            self.at += len;
            return;
        };
        if *wanted == has {
            self.close(fixes);
        } else {
            let differing = values(wanted).into_iter().zip(values(&has));
            for (open, ((key, value), (_, has))) in self.open.iter_mut().zip(differing) {
                let fix = MarkFix { at: self.at, len, key, value };
                match open {
                    Some(open) if fix.value != has && open.value == fix.value => open.len += len,
                    _ => {
                        fixes.extend(open.take().map(Fix::Mark));
                        *open = (fix.value != has).then_some(fix);
                    }
                }
            }
        }
        self.at += len;
    }

    fn close(&mut self, fixes: &mut Vec<Fix<'_>>) {
        fixes.extend(self.open.iter_mut().filter_map(Option::take).map(Fix::Mark));
    }
}

/// Makes an object what `content` says.
pub fn write_object(edit: &mut Edit<'_>, id: Id, content: &Content) {
    let mut write = |key: &str, text: &str| write_property(edit, id, key, text_value(text));
    match content {
        Content::Image { src, alt, title } => {
            write(key::ALT, alt);
            write(key::TITLE, title.as_deref().unwrap_or_default());
            write_picture_address(edit, id, src);
        }
        Content::Html(tag) => write(key::TAG, tag),
        Content::Footnote(label) => write(key::LABEL, label),
        Content::Text(_) | Content::Break => {}
    }
}

/// A text as a property; none where it is empty.
fn text_value(text: &str) -> Option<Value> {
    Some(text).filter(|text| !text.is_empty()).map(|text| Value::Text(text.to_owned()))
}

/// Writes a property of an object where it differs.
fn write_property(edit: &mut Edit<'_>, id: Id, key: &str, value: Option<Value>) {
    let map = properties(id);
    if edit.document().get(map, key) == value.as_ref() {
        return;
    }
    match value {
        Some(value) => edit.set(map, key, value),
        None => edit.unset(map, key),
    }
}

/// Writes where a picture is. Where a server gives a blob that the document has named, the picture is that blob.
fn write_picture_address(edit: &mut Edit<'_>, id: Id, address: &str) {
    if picture_address(edit.document().model(), id) == address {
        return;
    }
    let known = blob_at(address).and_then(|hash| edit.document().log().blob_named(&hash));
    let blob = known.map(|reference| Value::Blob(Box::new(reference.clone())));
    let address = if blob.is_some() { None } else { text_value(address) };
    write_property(edit, id, key::ADDRESS, address);
    write_property(edit, id, key::BLOB, blob);
}
