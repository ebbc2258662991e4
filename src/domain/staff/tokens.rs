//! Random tokens and what the database keeps of them: hashes only.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// 256 random bits as 64 hexadecimal letters.
pub(super) fn fresh() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// What the table keeps of a token. A token has 256 random bits, so a fast hash is enough.
pub(super) fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// A second secret that only the holder of `token` can show, so that nothing more has to be stored.
pub(super) fn derived(token: &str, purpose: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap_or_else(|_| unreachable!("any key length"));
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}
