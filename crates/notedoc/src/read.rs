//! From containers to a note: whatever merging made reads as something, and nothing is written.

use crate::body::{Segment, segments};
use crate::grid::{Budget, DEPTH_MAX, Grid, align};
use crate::label::Labels;
use crate::look::{Look, Style};
use crate::schema::{block_properties, body_of, key, marks_of, object, picture_address, properties, root};
use motet::{ContainerId, Document, Id, Model, RichRun, Value};
use note::{Block, Content, Footnote, Kind, Level, Line, Marks, Note, Run, Table, normal_blocks};

/// The note that the document holds, in normal form.
pub fn read(document: &Document) -> Note {
    read_model(document.model())
}

/// The note that the containers of `model` hold.
pub fn read_model(model: &Model) -> Note {
    let mut reader = Reader::new(model);
    let blocks = reader.body(root()).blocks;
    let owners = std::mem::take(&mut reader.labels.owners);
    let footnotes = owners.into_iter().map(|owner| {
        let label = reader.labels.of_object[&owner].clone();
        Footnote { label, blocks: reader.body(body_of(owner)).blocks }
    });
    let footnotes = footnotes.collect();
    Note { blocks, footnotes }
}

/// What a body reads as.
#[derive(Debug)]
pub struct Reading {
    /// Its blocks in normal form.
    pub blocks: Vec<Block>,
    /// For each, the number of the segment that it is in.
    pub origins: Vec<usize>,
}

/// Reads the bodies of a document.
#[derive(Debug)]
pub struct Reader<'m> {
    model: &'m Model,
    /// The footnotes.
    pub labels: Labels,
    cells: Budget,
}

impl<'m> Reader<'m> {
    /// A reader that knows what footnotes there are.
    pub fn new(model: &'m Model) -> Self {
        Self::with(model, Labels::of(model))
    }

    /// A reader that is told what footnotes there are.
    pub fn with(model: &'m Model, labels: Labels) -> Self {
        Self { model, labels, cells: Budget::default() }
    }

    /// Reads a body.
    pub fn body(&mut self, body: ContainerId) -> Reading {
        self.segments(body, &segments(self.model, body))
    }

    /// Reads segments of a body.
    pub fn segments(&mut self, body: ContainerId, segments: &[Segment<'_>]) -> Reading {
        let (mut blocks, mut of_block) = (Vec::new(), Vec::new());
        for (number, segment) in segments.iter().enumerate() {
            self.segment(body, segment, &mut blocks);
            of_block.resize(blocks.len(), number);
        }
        let (blocks, origins) = normal_blocks(blocks, &self.labels.names);
        Reading { blocks, origins: origins.into_iter().map(|origin| of_block[origin]).collect() }
    }

    /// The blocks of a segment: one, unless a table stands beside text, or text where there should be none.
    fn segment(&mut self, body: ContainerId, segment: &Segment<'_>, blocks: &mut Vec<Block>) {
        let Look { style, levels } = Look::read(self.model, block_properties(body, segment.mark));
        let first = blocks.len();
        let mut push = |kind| {
            let levels = if blocks.len() == first { levels.clone() } else { going_on(&levels) };
            blocks.push(Block { levels, kind });
        };
        if style == Style::Rule {
            push(Kind::Rule);
        }
        let is_table = |run: &RichRun<'_>| run.object == Some(object::TABLE);
        let mut runs = segment.runs.as_slice();
        loop {
            let end = runs.iter().position(is_table).unwrap_or(runs.len());
            if end > 0 {
                push(self.kind(&style, &runs[..end]));
            }
            let Some(table) = runs.get(end) else { break };
            push(Kind::Table(self.table(table.span.first(), 1)));
            runs = &runs[end + 1..];
        }
        if blocks.len() == first && style != Style::Table {
            blocks.push(Block { levels, kind: self.kind(&style, &[]) });
        }
    }

    fn kind(&mut self, style: &Style, runs: &[RichRun<'_>]) -> Kind {
        match style {
            Style::Heading(rank) => Kind::Heading { rank: *rank, line: self.line(runs, 0) },
            Style::Code(info) => Kind::Code { info: info.clone(), text: self.verbatim(runs) },
            Style::Html if !runs.is_empty() => Kind::Html(self.verbatim(runs)),
            _ => Kind::Paragraph(self.line(runs, 0)),
        }
    }

    fn line(&mut self, runs: &[RichRun<'_>], depth: usize) -> Line {
        let mut line = Vec::with_capacity(runs.len());
        for run in runs {
            let marks = marks_of(&run.marks);
            match run.object {
                None => push_text(&mut line, run.text, &marks),
                Some(object::TABLE) => self.flat_table(run.span.first(), depth, &mut line),
                Some(object) => line.extend(self.content(object, run).map(|content| Run { content, marks })),
            }
        }
        line
    }

    /// What an object in a line is.
    fn content(&self, kind: &str, run: &RichRun<'_>) -> Option<Content> {
        let id = run.span.first();
        let text = |key| self.property(id, key).unwrap_or_default().to_owned();
        match kind {
            object::MARK | object::BREAK => Some(Content::Break),
            object::IMAGE => Some(Content::Image {
                src: picture_address(self.model, id),
                alt: text(key::ALT),
                title: Some(text(key::TITLE)).filter(|title| !title.is_empty()),
            }),
            object::HTML => Some(Content::Html(text(key::TAG))),
            object::FOOTNOTE => self.labels.of_object.get(&id).cloned().map(Content::Footnote),
            _ => None,
        }
    }

    fn property(&self, id: Id, key: &str) -> Option<&'m str> {
        match self.model.map(properties(id))?.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What is in code: objects by what they would be in a text format.
    fn verbatim(&self, runs: &[RichRun<'_>]) -> String {
        let mut text = String::new();
        for run in runs {
            match run.object.map(|object| self.content(object, run)) {
                None => text.push_str(run.text),
                Some(Some(Content::Break)) => text.push('\n'),
                Some(Some(Content::Image { src, alt, .. })) => text.push_str(&format!("![{alt}]({src})")),
                Some(Some(Content::Footnote(label))) => text.push_str(&format!("[^{label}]")),
                Some(Some(Content::Html(part) | Content::Text(part))) => text.push_str(&part),
                Some(None) => {}
            }
        }
        text
    }

    /// The table that object `id` is.
    fn table(&mut self, id: Id, depth: usize) -> Table {
        let Grid { rows, columns } = Grid::of(self.model, id, &mut self.cells);
        let aligns = columns.iter().map(|&column| align(self.model, column)).collect();
        let mut read = |row| -> Vec<Line> {
            columns.iter().map(|&column| self.cell(crate::schema::cell(row, column), depth)).collect()
        };
        let rows = rows.into_iter().map(&mut read).collect();
        Table { aligns, rows }
    }

    /// A cell is a line: its paragraphs have breaks between them.
    pub fn cell(&mut self, cell: ContainerId, depth: usize) -> Line {
        let Some(text) = self.model.text(cell) else { return Vec::new() };
        let runs: Vec<RichRun<'_>> = text.rich().collect();
        let is_mark = |run: &RichRun<'_>| run.object == Some(object::MARK);
        let first = runs.iter().position(|run| !is_mark(run)).unwrap_or(runs.len());
        let end = runs.iter().rposition(|run| !is_mark(run)).map_or(first, |last| last + 1);
        self.line(&runs[first..end], depth)
    }

    /// A table where none can be: the text of its cells.
    fn flat_table(&mut self, id: Id, depth: usize, line: &mut Line) {
        if depth >= DEPTH_MAX {
            return;
        }
        for cell in self.table(id, depth + 1).rows.into_iter().flatten().filter(|cell| !cell.is_empty()) {
            if !line.is_empty() {
                line.push(Run::text(" "));
            }
            line.extend(cell);
        }
    }
}

/// Line ends are breaks where they count.
fn push_text(line: &mut Line, text: &str, marks: &Marks) {
    for (at, part) in text.split('\n').enumerate() {
        let content = (at > 0).then_some(Content::Break).into_iter().chain([Content::Text(part.to_owned())]);
        line.extend(content.map(|content| Run { content, marks: marks.clone() }));
    }
}

/// The levels of a block behind another in the same items.
pub fn going_on(levels: &[Level]) -> Vec<Level> {
    levels.iter().map(|level| level.list().map_or(Level::Quote, Level::Within)).collect()
}
