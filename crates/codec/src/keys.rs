//! Keys, hashes and signatures, each with a domain of its own so that none can stand for another.

use clock::{DocumentId, ReplicaId};
use ed25519_dalek::Signer;
use std::fmt;

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Who acts: an Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorKey(pub [u8; 32]);

/// An Ed25519 signature over the newest hash of a chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature(pub [u8; 64]);

/// An author's secret key. Never shown, never compared.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key that the 32 secret bytes stand for; the caller brings them from a good random source.
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// The public half.
    pub fn author(&self) -> AuthorKey {
        AuthorKey(self.0.verifying_key().to_bytes())
    }

    /// The secret of another key of the same owner. `purpose` names what for, and is used nowhere else.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        blake3::derive_key(purpose, &self.0.to_bytes())
    }

    /// Proves to whoever gave this member the identity `you` for one connection whose it is.
    pub fn prove(&self, you: u64) -> Signature {
        Signature(self.0.sign(&identity_bytes(you)).to_bytes())
    }

    /// Vouches for a chain up to `hash`.
    pub fn sign(&self, hash: Hash) -> Signature {
        Signature(self.0.sign(&signed_bytes(hash)).to_bytes())
    }
}

impl AuthorKey {
    /// Whether `signature` is this author's over `hash`. Strict: weak keys and malleable signatures
    /// never verify.
    pub fn verify(&self, hash: Hash, signature: &Signature) -> bool {
        #[cfg(feature = "fault-injection")]
        if fault::is_on(fault::Fault::SkipSignature) {
            return true;
        }
        self.has_signed(&signed_bytes(hash), signature)
    }

    /// Whether `signature` proves that the member with the identity `you` is this author's.
    pub fn is_proved(&self, you: u64, signature: &Signature) -> bool {
        self.has_signed(&identity_bytes(you), signature)
    }

    fn has_signed(&self, bytes: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        ed25519_dalek::VerifyingKey::from_bytes(&self.0).is_ok_and(|key| key.verify_strict(bytes, &signature).is_ok())
    }
}

const SIGNATURE_DOMAIN: &[u8; 20] = b"motet chain head v1\0";

fn signed_bytes(hash: Hash) -> [u8; 52] {
    let mut bytes = [0; 52];
    bytes[..20].copy_from_slice(SIGNATURE_DOMAIN);
    bytes[20..].copy_from_slice(&hash.0);
    bytes
}

const IDENTITY_DOMAIN: &[u8; 20] = b"motet connection v1\0";

fn identity_bytes(you: u64) -> [u8; 28] {
    let mut bytes = [0; 28];
    bytes[..20].copy_from_slice(IDENTITY_DOMAIN);
    bytes[20..].copy_from_slice(&you.to_le_bytes());
    bytes
}

/// The hash before the first frame of a replica.
pub(crate) fn hash_genesis(document: DocumentId, epoch: u32, replica: ReplicaId, author: AuthorKey) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 chain genesis v1");
    hasher.update(&document.0.to_le_bytes()).update(&epoch.to_le_bytes());
    hasher.update(&replica.0.to_le_bytes()).update(&author.0);
    Hash(*hasher.finalize().as_bytes())
}

/// The hash of a frame after `prev`.
pub fn hash_after(prev: Hash, bytes: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 chain frame v1");
    hasher.update(&prev.0).update(bytes);
    Hash(*hasher.finalize().as_bytes())
}

/// The checksum of a block.
pub(crate) fn hash_block(bytes: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("motet 2026-11 block v1");
    hasher.update(bytes);
    Hash(*hasher.finalize().as_bytes())
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Display for AuthorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0[..8])
    }
}

impl fmt::Debug for AuthorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0[..8])
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0[..8])
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey of {}", self.author())
    }
}
