//! What blobs may take, as the command line says it.

use server::BLOB_QUOTAS;
use std::time::Duration;
use store::Quotas;

/// Limits of blobs. Sizes are bytes, or have K, M, G or T behind them, each 1024 of the one before.
#[derive(Debug, clap::Args)]
pub struct BlobFlags {
    /// What all blobs together may take.
    #[arg(long, value_name = "SIZE", value_parser = read_size, default_value_t = BLOB_QUOTAS.store_bytes_max)]
    blob_quota: u64,
    /// What the blobs of one document may take.
    #[arg(long, value_name = "SIZE", value_parser = read_size, default_value_t = BLOB_QUOTAS.document_bytes_max)]
    blob_document_quota: u64,
    /// How long one blob may be, 4G at most.
    #[arg(long, value_name = "SIZE", value_parser = read_size, default_value_t = BLOB_QUOTAS.blob_bytes_max)]
    blob_max: u64,
    #[command(flatten)]
    grace: Grace,
}

/// How long a blob that nothing names is kept.
#[derive(Debug, clap::Args)]
pub struct Grace {
    /// The hours for which a blob that no document names is kept, since it may be about to be named.
    #[arg(long = "blob-grace", value_name = "HOURS", default_value_t = 24)]
    hours: u32,
}

impl Grace {
    /// As a time.
    pub fn time(&self) -> Duration {
        Duration::from_secs(u64::from(self.hours) * 3600)
    }
}

impl BlobFlags {
    /// What they may take.
    pub fn quotas(&self) -> Quotas {
        Quotas {
            store_bytes_max: self.blob_quota,
            document_bytes_max: self.blob_document_quota,
            blob_bytes_max: self.blob_max,
        }
    }

    /// How long what nothing names is kept.
    pub fn grace(&self) -> Duration {
        self.grace.time()
    }
}

fn read_size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().last() {
        Some((at, 'K')) => (&text[..at], 10),
        Some((at, 'M')) => (&text[..at], 20),
        Some((at, 'G')) => (&text[..at], 30),
        Some((at, 'T')) => (&text[..at], 40),
        _ => (text, 0),
    };
    let number = digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|c| c.is_ascii_digit()));
    let size = number.and_then(|number| number.checked_mul(1 << shift));
    size.ok_or_else(|| "write a number of bytes, such as 500M or 64G".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_have_a_unit() {
        for (text, size) in [("0", 0), ("17", 17), ("2K", 2048), ("64G", 64 << 30), ("1T", 1 << 40)] {
            assert_eq!(read_size(text), Ok(size), "{text}");
        }
        for text in ["", "G", "-1", "+1", "1g", "1.5G", "99999999T", "1 G", "ü"] {
            assert!(read_size(text).is_err(), "{text}");
        }
    }
}
