//! `motet link`: a file on this machine and a document on a server, kept equal.

mod binding;
mod command;
mod disk;
mod first;
mod form;
mod notice;
mod readers;
mod real;
mod record;
mod save;
mod settle;
mod state;
mod text_file;
mod watch;

pub use command::{Arguments, run};
