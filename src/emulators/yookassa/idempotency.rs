//! One key, one effect: a repeat gets the first answer, another body under the same key is an error.

use chrono::Duration;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::{ApiError, ApiResult};
use super::state::State;
use crate::base::Instant;

/// How long a key is remembered.
const REMEMBERED: Duration = Duration::hours(24);

/// What a key stands for.
pub(super) struct Kept {
    request: [u8; 32],
    answer: Value,
    at: Instant,
}

/// Runs `act` once a key. The caller holds the lock of the state, so parallel calls with one key wait for each other.
pub(super) fn once(
    state: &mut State,
    key: Option<&str>,
    request: &[&[u8]],
    act: impl FnOnce(&mut State) -> ApiResult,
) -> ApiResult {
    let key = key.filter(|key| (1..=64).contains(&key.len()));
    let key = key.ok_or_else(|| ApiError::invalid("Idempotence-Key", "Header of 1 to 64 characters expected"))?;
    let request = digest(request);
    let now = state.now;
    if let Some(kept) = state.keys.get(key).filter(|kept| now - kept.at < REMEMBERED) {
        return if kept.request == request {
            Ok(kept.answer.clone())
        } else {
            Err(ApiError::invalid("Idempotence-Key", "The key was used with another request"))
        };
    }
    let answer = act(state)?;
    state.keys.insert(key.to_owned(), Kept { request, answer: answer.clone(), at: now });
    Ok(answer)
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
