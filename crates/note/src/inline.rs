//! What stands in a line: runs of text with marks, and the small things between them.

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Link {
    /// The address as written, without line breaks. Nothing is known about it: a viewer decides what it follows.
    pub href: String,
    /// What shows when the pointer rests on it; never empty.
    pub title: Option<String>,
}

/// How a run looks. A run has a mark or not: neither nesting nor order exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks {
    /// Emphasis, mostly italic.
    pub emphasis: bool,
    /// Strong emphasis, mostly bold.
    pub strong: bool,
    /// Struck through.
    pub strike: bool,
    /// Code: every character counts as it is. Only text has it.
    pub code: bool,
    /// Part of a link. Neighbouring runs with equal links are in one.
    pub link: Option<Link>,
}

impl Marks {
    /// What two neighbours have in common, code left out.
    pub(crate) fn common(&self, other: &Self) -> Self {
        Self {
            emphasis: self.emphasis && other.emphasis,
            strong: self.strong && other.strong,
            strike: self.strike && other.strike,
            code: false,
            link: self.link.clone().filter(|link| other.link.as_ref() == Some(link)),
        }
    }
}

/// What a run is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Content {
    /// Text: not empty, and without line breaks.
    Text(String),
    /// A picture.
    Image {
        /// Its address.
        src: String,
        /// What stands for it where it cannot be seen.
        alt: String,
        /// What shows when the pointer rests on it; never empty.
        title: Option<String>,
    },
    /// A reference to the footnote with this label.
    Footnote(String),
    /// A line break that the author wants. Its marks are those that its neighbours share.
    Break,
    /// One tag, comment or the like, exactly as written.
    Html(String),
}

/// A piece of a line with the same marks from end to end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Run {
    /// What it is.
    pub content: Content,
    /// How it looks.
    pub marks: Marks,
}

impl Run {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { content: Content::Text(text.into()), marks: Marks::default() }
    }

    /// The text of the run, as a reader without any formatting sees it.
    pub fn plain(&self) -> &str {
        match &self.content {
            Content::Text(text) | Content::Image { alt: text, .. } => text,
            Content::Break => "\n",
            Content::Footnote(_) | Content::Html(_) => "",
        }
    }
}

/// A line of runs: what is in a paragraph, a heading or a cell.
pub type Line = Vec<Run>;
