//! Two members in two networks of their own, joined by a cable and nothing else: no server, no route out, no names.
#![cfg(all(target_os = "linux", feature = "p2p"))]

mod fixture;

use fixture::{Place, Running, eventually};
use serde_json::Value;
use std::process::{Command, Stdio};

/// Two namespaces and the cable between them; they go away with it.
struct Networks {
    names: [String; 2],
}

impl Networks {
    /// None where the system does not let this process make any.
    fn new() -> Option<Self> {
        let names = ["a", "b"].map(|end| format!("motet-{}-{end}", std::process::id()));
        let networks = Self { names: names.clone() };
        let [a, b] = &names;
        let is_made = ip(&["netns", "add", a]) && ip(&["netns", "add", b]);
        let cable = ["link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", b];
        let is_joined = is_made && ip(&[&["-n", a], &cable[..]].concat());
        let is_up = is_joined
            && [(a, "10.77.0.1/24"), (b, "10.77.0.2/24")].iter().all(|(name, address)| {
                ip(&["-n", name, "address", "add", address, "dev", "cable"])
                && ip(&["-n", name, "link", "set", "lo", "up"])
                && ip(&["-n", name, "link", "set", "cable", "up"])
                // Multicast goes where a route says, and there is one cable.
                && ip(&["-n", name, "route", "add", "default", "dev", "cable"])
            });
        is_up.then_some(networks)
    }

    fn command(&self, end: usize, place: &Place, arguments: &[&str]) -> Command {
        let program = place.command(arguments);
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.names[end]]).arg(program.get_program()).args(program.get_args());
        command.current_dir(place.path(".")).env("MOTET_HOME", place.path("home")).env_remove("MOTET_TOKEN");
        command.stdin(Stdio::null());
        command
    }

    fn start(&self, end: usize, place: &Place, arguments: &[&str]) -> Running {
        Place::start_command(self.command(end, place, &[arguments, &["--listen", "127.0.0.1:0", "--json"]].concat()))
    }

    fn text(&self, end: usize, place: &Place, address: &str) -> String {
        let said = self.command(end, place, &["show", address]).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        for name in &self.names {
            ip(&["netns", "delete", name]);
        }
    }
}

fn ip(arguments: &[&str]) -> bool {
    let run = Command::new("ip").args(arguments).stderr(Stdio::null()).stdout(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

fn said(running: &Running, event: &str) -> Value {
    serde_json::from_str(&running.line(&format!("\"{event}\""))).unwrap()
}

#[test]
fn members_in_two_networks_meet_by_ticket_and_by_looking_around() {
    let Some(networks) = Networks::new() else {
        eprintln!("skipped: networks of one's own need root, ip and network namespaces");
        return;
    };
    let place = Place::new();
    let id = place.import("a", "Notes", "one\n");
    let url = |listening: &Value| format!("http://{}/{id}", listening["address"].as_str().unwrap());

    // By the addresses in the ticket alone.
    let a = networks.start(0, &place, &["share", "Notes", "--dir", "a", "--no-discovery"]);
    let a_url = url(&said(&a, "listening"));
    let sharing = said(&a, "sharing");
    let ticket = sharing["ticket"].as_str().unwrap().to_owned();
    assert_eq!(sharing["addresses"][0], "10.77.0.1:4041", "{sharing}");
    let b = networks.start(1, &place, &["join", &ticket, "--dir", "b", "--no-discovery"]);
    let b_url = url(&said(&b, "listening"));
    eventually("one\n".to_owned(), || networks.text(1, &place, &b_url));
    assert!(networks.command(1, &place, &["restore", &b_url, "--at", "start"]).output().unwrap().status.success());
    eventually(String::new(), || networks.text(0, &place, &a_url));

    // The member that shares goes away, and comes back elsewhere: the one that follows finds it by its key.
    assert!(b.stop().success() && a.stop().success());
    let a = networks.start(0, &place, &["share", "Notes", "--dir", "a", "--bind", "10.77.0.1:5999"]);
    let a_url = url(&said(&a, "listening"));
    let b = networks.start(1, &place, &["join", &ticket, "--dir", "b"]);
    let b_url = url(&said(&b, "listening"));
    said(&b, "connected");
    assert!(networks.command(0, &place, &["undo", &a_url, "--anyone"]).output().unwrap().status.success());
    eventually("one\n".to_owned(), || networks.text(1, &place, &b_url));
    assert!(b.stop().success() && a.stop().success());
    assert_eq!(place.run(&["verify", "b"]).code, Some(0));
}
