//! `motet merge`: three versions of a file become one, by structure where it is JSON and by words where it is text.

mod disk;
mod form;
mod report;

use crate::error::CommandError;
use crate::out::{print, print_json};
use disk::{read, replace};
use form::Form;
use json::{Merged, Schema, TextMerge, Tree, merge_new, merge_text};
use report::Report;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What git and the report call the three versions.
const NAMES: [&str; 3] = ["base", "ours", "theirs"];

/// What to merge.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 merged; 1 merged, with conflicts, which are listed; 2 an error, and nothing was written. \
With git: see docs/MERGE.md."
)]
pub struct Arguments {
    /// The version that both sides come from; an empty file where there is none.
    #[arg(long, value_name = "FILE")]
    base: PathBuf,
    /// One side. Its layout is kept.
    #[arg(long, value_name = "FILE")]
    ours: PathBuf,
    /// The other side.
    #[arg(long, value_name = "FILE")]
    theirs: PathBuf,
    /// Where to write the result; it may be one of the three.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// What the file is called, where the others are only copies: git's %P. Its ending says what it is.
    #[arg(long, value_name = "NAME")]
    path: Option<PathBuf>,
    /// Merge as this, whatever it is called and looks like.
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Option<Form>,
    /// What the parts of the JSON mean: a schema, as docs/JSON.md describes.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Mark conflicts in text as git does, instead of keeping both sides' lines. JSON has no marks.
    #[arg(long)]
    markers: bool,
    /// Print the conflicts as JSON.
    #[arg(long)]
    json: bool,
}

/// Merges and writes; the exit code says whether there are conflicts.
pub fn run(arguments: &Arguments) -> Result<ExitCode, CommandError> {
    let files = [&arguments.base, &arguments.ours, &arguments.theirs];
    let [base, ours, theirs] = [read(files[0])?, read(files[1])?, read(files[2])?];
    let name = arguments.path.as_deref().unwrap_or(&arguments.out);
    let texts = [&base, &ours, &theirs].map(String::as_str);
    let form = arguments.form.unwrap_or_else(|| Form::of(name, texts));
    let (text, report) = match form {
        Form::Json => merge_json(files.map(PathBuf::as_path), [base, ours, theirs], arguments.schema.as_deref())?,
        Form::Text => merge_lines([&base, &ours, &theirs], arguments.markers),
    };
    replace(&arguments.out, &arguments.ours, text.as_bytes())?;
    if arguments.json {
        print_json(&report.json(name))?;
    } else {
        print(&report.written(name))?;
    }
    Ok(ExitCode::from(u8::from(!report.is_clean())))
}

fn merge_json(
    files: [&Path; 3],
    [base, ours, theirs]: [String; 3],
    schema: Option<&Path>,
) -> Result<(String, Report), CommandError> {
    let schema = schema.map_or(Ok(Schema::default()), form::schema)?;
    let has_base = !base.trim().is_empty();
    let Merged { tree, conflicts } = if has_base {
        let [base, ours, theirs] = form::trees(files, [base, ours, theirs])?;
        json::merge(&base, &ours, &theirs, &schema)
    } else {
        let (ours, theirs) = (form::tree(files[1], ours)?, form::tree(files[2], theirs)?);
        merge_new(&ours, &theirs, &schema)
    };
    Ok((tree.into_string(), Report::Json(conflicts)))
}

fn merge_lines([base, ours, theirs]: [&str; 3], is_marked: bool) -> (String, Report) {
    let merged = merge_text(base, ours, theirs);
    let written = |merged: &TextMerge<'_>| if is_marked { merged.marked(NAMES) } else { merged.both() };
    let report = Report::of_text(&merged, written);
    (written(&merged), report)
}

/// A file as JSON, and as nothing else.
pub(crate) fn read_tree(file: &Path) -> Result<Tree, CommandError> {
    form::tree(file, read(file)?)
}

pub(crate) use disk::{read as read_file, staged};
pub(crate) use form::{is_json, schema as read_schema};
