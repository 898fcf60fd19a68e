//! Views of one's own that have names: kept for each document in the person's directory, and never sent.

use crate::error::CommandError;
use crate::home::Home;
use motet::{Choices, DocumentId};
use serde_json::{Value, json};
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// What everybody sees who chose nothing.
pub const SHARED: &str = "shared";

/// As many bytes as a name of a view may have.
const NAME_BYTES_MAX: usize = 200;

/// A view as it is kept, in the app too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedView {
    /// What it is called.
    pub name: String,
    /// What was chosen, as [`Choices::write`] says it.
    pub view: String,
}

/// The views of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Those that were made, in that order; no two have one name.
    pub views: Vec<NamedView>,
    /// The name of the one that commands show where none is asked for.
    pub on: Option<String>,
}

impl Kept {
    /// As JSON, for the file and for programs.
    pub fn json(&self) -> Value {
        let view = |NamedView { name, view }: &NamedView| json!({ "name": name, "view": view });
        json!({ "views": self.views.iter().map(view).collect::<Vec<Value>>(), "on": self.on })
    }

    /// What [`Kept::json`] wrote; none where it is something else.
    fn of_json(json: &Value) -> Option<Self> {
        let text = |json: &Value| json.as_str().map(str::to_owned);
        let view = |json: &Value| Some(NamedView { name: text(json.get("name")?)?, view: text(json.get("view")?)? });
        let views = json.get("views")?.as_array()?.iter().map(view).collect::<Option<_>>()?;
        Some(Self { views, on: json.get("on").and_then(text) })
    }

    /// The view of a name.
    pub fn find(&self, name: &str) -> Result<&NamedView, CommandError> {
        self.views.iter().find(|view| view.name == name).ok_or_else(|| {
            let known: String = self.views.iter().map(|view| format!("\n  {}", view.name)).collect();
            let known = if known.is_empty() { "There are none.".into() } else { format!("There are:{known}") };
            CommandError::Other(format!("you have no view called \"{name}\" of this document. {known}"))
        })
    }

    /// Whether a name is fit for a view, and not taken.
    pub fn check_new(&self, name: &str) -> Result<(), CommandError> {
        if name.trim().is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return Err(CommandError::Other(format!(
                "a view needs a name of one line and of {NAME_BYTES_MAX} bytes at most"
            )));
        }
        if name == SHARED {
            return Err(CommandError::Other(format!("\"{SHARED}\" is what everybody sees: take another name")));
        }
        if self.views.iter().any(|view| view.name == name) {
            return Err(CommandError::Other(format!(
                "there is a view called \"{name}\": forget it, rename it, or take another name"
            )));
        }
        Ok(())
    }
}

impl NamedView {
    /// What was chosen. A file is foreign: what it says and nobody knows would be a view that shows something else.
    pub fn choices(&self) -> Result<Choices, CommandError> {
        read(&self.view).map_err(|line| {
            CommandError::Other(format!("the view \"{}\" says \"{line}\", which this version does not know", self.name))
        })
    }
}

/// The choices that a text holds; the first line that says nothing known otherwise.
pub fn read(text: &str) -> Result<Choices, String> {
    match text.lines().find(|line| !line.is_empty() && Choices::read(line) == Choices::default()) {
        Some(line) => Err(line.to_owned()),
        None => Ok(Choices::read(text)),
    }
}

/// Where the views of a document are kept.
pub struct Shelf {
    file: PathBuf,
}

impl Shelf {
    /// In the person's directory.
    pub fn open(doc: DocumentId) -> Result<Self, CommandError> {
        Ok(Self { file: Home::open()?.views()?.join(format!("{doc}.json")) })
    }

    /// What is kept; nothing where nothing ever was.
    pub fn read(&self) -> Result<Kept, CommandError> {
        let text = match std::fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kept::default()),
            Err(error) => return Err(CommandError::File("read", self.file.clone(), error)),
        };
        let kept = serde_json::from_slice(&text).ok().and_then(|json| Kept::of_json(&json));
        kept.ok_or_else(|| {
            let file = self.file.display();
            CommandError::Other(format!("{file} does not read as views of a document: mend it or remove it"))
        })
    }

    /// Keeps them: all, or what was there before.
    pub fn write(&self, kept: &Kept) -> Result<(), CommandError> {
        let failed = |error| CommandError::File("write", self.file.clone(), error);
        let text = format!("{:#}\n", kept.json());
        let new = self.file.with_extension(format!("{:016x}.new", crate::random()?));
        let written = std::fs::File::create_new(&new).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| std::fs::rename(&new, &self.file)).map_err(|error| {
            // What is left of an attempt is of no use to anybody.
            let _gone = std::fs::remove_file(&new);
            failed(error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_once_and_an_unknown_line_is_an_error() {
        let mine = NamedView { name: "mine".into(), view: "mine-first overlap".into() };
        let kept = Kept { views: vec![mine.clone()], on: None };
        for name in ["mine", "", " ", "a\nb", SHARED] {
            assert!(kept.check_new(name).is_err(), "{name}");
        }
        assert!(kept.check_new("other").is_ok());
        assert_eq!(Kept::of_json(&kept.json()), Some(kept.clone()));
        assert_eq!(Kept::of_json(&json!({ "views": [{ "name": 1 }] })), None);
        assert_eq!(kept.find("mine").unwrap(), &mine);
        assert!(kept.find("other").unwrap_err().to_string().contains("mine"));
        assert!(mine.choices().is_ok());
        assert_eq!(read("mine-first overlap\nfly high"), Err("fly high".to_owned()));
        assert_eq!(read(""), Ok(Choices::default()));
    }
}
