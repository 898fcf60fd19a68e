//! `calendar FILE COMMAND`: a calendar in a file. Copy the file, or `exchange` with another one: no server is needed.

use calendar::{Calendar, Meeting, Offer};
use clap::{Parser, Subcommand};
use motet::{Id, ReplicaId};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The longest parcel that a file may hold, in bytes.
const PARCEL_BYTES_MAX: usize = 64 << 20;

/// Meetings with alternatives, in a file.
#[derive(Parser)]
struct Arguments {
    /// The file of one person's copy; made when it is not there. Their key lies beside it, in FILE.key.
    file: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Ask for a meeting. Each OFFER is TIME/ROOM, or TIME/ROOM*PLACES where a room has places for several; the best first.
    Request {
        /// What it is called.
        title: String,
        /// Who comes.
        #[arg(long, value_delimiter = ',', required = true)]
        with: Vec<String>,
        /// When and where, the best first.
        #[arg(required = true, value_name = "OFFER")]
        offers: Vec<String>,
    },
    /// Want several meetings all, or none of them.
    Together {
        /// Their titles.
        #[arg(num_args = 2.., required = true)]
        titles: Vec<String>,
    },
    /// Do not ask for a meeting any more.
    Cancel {
        /// Its title.
        title: String,
    },
    /// Show what can be, when and where, and what cannot.
    Show,
    /// Say why a meeting is not where it was rather wanted.
    Why {
        /// Its title.
        title: String,
    },
    /// Give another file, and take from it, what one of the two lacks.
    Exchange {
        /// The other file.
        other: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("calendar: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let key = key(&arguments.file)?;
    let mut calendar = read(&arguments.file, &key)?;
    match &arguments.command {
        Command::Request { title, with, offers } => {
            let offers = offers.iter().map(|offer| parse(offer, with)).collect::<Result<Vec<Offer>, String>>()?;
            let meeting = calendar.request(title, &offers);
            show(&calendar, &find(&calendar, title, Some(meeting))?);
        }
        Command::Together { titles } => {
            let meetings = titles.iter().map(|title| Ok(find(&calendar, title, None)?.id));
            let meetings = meetings.collect::<Result<Vec<Id>, String>>()?;
            calendar.together(&meetings);
            show_all(&calendar);
        }
        Command::Cancel { title } => {
            let meeting = find(&calendar, title, None)?;
            calendar.cancel(meeting.id);
            show_all(&calendar);
        }
        Command::Show => {
            show_all(&calendar);
            return Ok(());
        }
        Command::Why { title } => {
            show(&calendar, &find(&calendar, title, None)?);
            return Ok(());
        }
        Command::Exchange { other } => {
            // Their own key signs for them; this only passes on what is signed.
            let mut theirs = read(other, &key)?;
            calendar.exchange(&mut theirs);
            write(other, &mut theirs)?;
            show_all(&calendar);
        }
    }
    keep_key(&arguments.file, &key)?;
    write(&arguments.file, &mut calendar)
}

fn show_all(calendar: &Calendar) {
    let meetings = calendar.meetings();
    if meetings.is_empty() {
        println!("nobody asked for a meeting yet: calendar FILE request --help");
    }
    for (offer, title) in calendar.schedule() {
        println!("{:<10} {:<10} {title} ({})", offer.time, offer.room, offer.people.join(", "));
    }
    meetings.iter().filter(|meeting| calendar.when(meeting.id).is_none()).for_each(|meeting| show(calendar, meeting));
}

fn show(calendar: &Calendar, meeting: &Meeting) {
    match calendar.when(meeting.id) {
        Some(offer) => println!("{}: {} in {}", meeting.title, offer.time, offer.room),
        None => println!("{}: cannot be", meeting.title),
    }
    calendar.why(meeting.id).iter().for_each(|reason| println!("    {reason}"));
}

fn find(calendar: &Calendar, title: &str, id: Option<Id>) -> Result<Meeting, String> {
    let fits = |meeting: &Meeting| id.map_or(meeting.title == title, |id| meeting.id == id);
    calendar.meetings().into_iter().find(fits).ok_or_else(|| format!("there is no meeting called {title}"))
}

fn parse(text: &str, people: &[String]) -> Result<Offer, String> {
    let wrong = || format!("{text} is not TIME/ROOM or TIME/ROOM*PLACES");
    let (time, room) =
        text.split_once('/').filter(|(time, room)| !time.is_empty() && !room.is_empty()).ok_or_else(wrong)?;
    let (room, places) = room.split_once('*').unwrap_or((room, "1"));
    let places = places.parse().ok().filter(|places| *places > 0).ok_or_else(wrong)?;
    Ok(Offer { time: time.to_owned(), room: room.to_owned(), places, people: people.to_vec() })
}

/// A file is parcels, each after its length in four bytes.
fn read(file: &Path, key: &[u8; 32]) -> Result<Calendar, String> {
    let failed = |what: &str| format!("failed to read {}: {what}", file.display());
    let mut number = [0; 8];
    getrandom::fill(&mut number).map_err(|error| failed(&error.to_string()))?;
    let mut calendar = Calendar::of(ReplicaId(u64::from_le_bytes(number)), key);
    let bytes = match std::fs::read(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(calendar),
        read => read.map_err(|error| failed(&error.to_string()))?,
    };
    let mut rest = &bytes[..];
    while let Some((len, behind)) = rest.split_first_chunk() {
        let len = u32::from_le_bytes(*len) as usize;
        if len > PARCEL_BYTES_MAX || len > behind.len() {
            return Err(failed("it ends within a parcel"));
        }
        let (parcel, behind) = behind.split_at(len);
        calendar.take(parcel).map_err(|error| failed(&error))?;
        rest = behind;
    }
    if rest.is_empty() { Ok(calendar) } else { Err(failed("it ends within a length")) }
}

/// Written beside and put in place, so that a file is whole or as it was.
fn write(file: &Path, calendar: &mut Calendar) -> Result<(), String> {
    let mut bytes = Vec::new();
    for parcel in calendar.parcels() {
        bytes.extend((parcel.bytes.len() as u32).to_le_bytes());
        bytes.extend(&parcel.bytes[..]);
    }
    let beside = beside(file, ".new");
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|error| format!("failed to write {}: {error}", file.display()))
}

/// The secret of whose file this is; a new one where there is no file yet.
fn key(file: &Path) -> Result<[u8; 32], String> {
    let path = beside(file, ".key");
    let failed = |what: String| format!("failed to read the key {}: {what}", path.display());
    match std::fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| failed("it is no key of 32 bytes".to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| failed(error.to_string()))?;
            Ok(key)
        }
        Err(error) => Err(failed(error.to_string())),
    }
}

/// For its owner alone, where the system knows owners.
fn keep_key(file: &Path, key: &[u8; 32]) -> Result<(), String> {
    let path = beside(file, ".key");
    if path.exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&path).and_then(|mut kept| std::io::Write::write_all(&mut kept, key));
    written.map_err(|error| format!("failed to keep the key {}: {error}", path.display()))
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}
