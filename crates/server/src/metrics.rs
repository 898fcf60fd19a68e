//! Counters and gauges, and the page that shows them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::Quotas;
use store::blobs::Usage;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds to it.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// What it is.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are of something now.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Adds to it, or takes away.
    pub fn add(&self, n: i64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// What it is.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that the server counts.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "the table below says what each is, for the reader of the page too")]
pub struct Metrics {
    pub connections: Gauge,
    pub sockets: Gauge,
    pub strangers: Gauge,
    pub documents: Gauge,
    pub connections_refused: Counter,
    pub sessions_failed: Counter,
    pub messages_in: Counter,
    pub messages_out: Counter,
    pub bytes_in: Counter,
    pub bytes_out: Counter,
    pub elements_imported: Counter,
    pub parcels_rejected: Counter,
    pub syncs: Counter,
    pub sync_micros: Counter,
    pub divergences: Counter,
    pub requests: Counter,
    pub panics: Counter,
    pub blobs_fetched: Counter,
    pub blobs_refused: Counter,
    pub blob_lies: Counter,
    pub blobs_collected: Counter,
}

impl Metrics {
    /// The text that scrapers read.
    pub fn page(&self) -> String {
        let gauges = [
            ("connections", "Connections open", &self.connections),
            ("sockets", "WebSockets open", &self.sockets),
            ("strangers", "WebSockets that have not greeted", &self.strangers),
            ("documents", "Documents in memory", &self.documents),
        ];
        let counters = [
            ("connections_refused_total", "Connections refused by a limit", &self.connections_refused),
            ("sessions_failed_total", "Sessions ended by an error of the other side", &self.sessions_failed),
            ("messages_in_total", "Messages received", &self.messages_in),
            ("messages_out_total", "Messages sent", &self.messages_out),
            ("bytes_in_total", "Bytes of messages received", &self.bytes_in),
            ("bytes_out_total", "Bytes of messages sent", &self.bytes_out),
            ("elements_imported_total", "Elements taken in", &self.elements_imported),
            ("parcels_rejected_total", "Parcels refused", &self.parcels_rejected),
            ("syncs_total", "Syncs of documents to disk", &self.syncs),
            ("sync_microseconds_total", "Time spent in syncs", &self.sync_micros),
            ("divergences_total", "Divergences reported: each is a bug", &self.divergences),
            ("requests_total", "HTTP requests", &self.requests),
            ("blobs_fetched_total", "Blobs fetched from members", &self.blobs_fetched),
            ("blobs_refused_total", "Times that a blob was not taken for lack of room", &self.blobs_refused),
            ("blob_lies_total", "Wrong pieces of blobs", &self.blob_lies),
            ("blobs_collected_total", "Blobs removed since nothing names them", &self.blobs_collected),
            ("panics_total", "Panics caught: each is a bug", &self.panics),
        ];
        let mut page = String::new();
        for (name, help, gauge) in gauges {
            line(&mut page, name, help, "gauge", gauge.get());
        }
        for (name, help, counter) in counters {
            line(&mut page, name, help, "counter", counter.get());
        }
        page
    }
}

/// The same of the blobs that are kept.
pub fn blob_page(usage: Usage, quotas: Quotas) -> String {
    let mut page = String::new();
    line(&mut page, "blobs", "Blobs that are all there", "gauge", usage.whole);
    line(&mut page, "blobs_unfinished", "Blobs that are on their way", "gauge", usage.unfinished);
    line(&mut page, "blob_bytes", "Bytes that blobs take, with those reserved", "gauge", usage.bytes);
    line(&mut page, "blob_bytes_max", "Bytes that blobs may take", "gauge", quotas.store_bytes_max);
    page
}

fn line(page: &mut String, name: &str, help: &str, kind: &str, value: impl std::fmt::Display) {
    writeln!(page, "# HELP motet_{name} {help}\n# TYPE motet_{name} {kind}\nmotet_{name} {value}")
        .expect("a string grows");
}
