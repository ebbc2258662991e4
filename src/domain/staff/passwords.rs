//! Passwords: what we accept, how we keep them (STF-1, STF-2). Slow on purpose: never call inside a transaction or on
//! an async thread.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use super::common_passwords;
use super::permissions::Role;
use crate::base::{Error, Result};

/// Longest password we hash: anything longer is somebody's attack on our memory.
pub const MAX_LENGTH: usize = 128;

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash of nobody's password, with today's parameters: an unknown name costs what a known one costs (STF-4).
pub const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b3BsYXRhLW5vYm9keS0xNg$E9VAg8xTqDNyDYqeJIzUqWRrHIUkzpxc2qHTZ5phLNw";

/// What comparing a password with a hash showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// It is the password.
    pub matches: bool,
    /// The hash was made with weaker parameters than today's: hash again.
    pub outdated: bool,
}

/// Least length for a role, in characters.
#[must_use]
pub const fn min_length(role: Role) -> usize {
    match role {
        Role::Admin => 15,
        _ => 12,
    }
}

/// Whether a new password is good enough. `shop_words` are the shop's name, mail, host and the like.
///
/// # Errors
/// `Invalid` on the field `fresh`, in words for the person.
pub fn check_new(password: &str, role: Role, shop_words: &[&str]) -> Result<()> {
    let refuse = |message: String| Err(Error::invalid("fresh", message));
    let length = password.chars().count();
    let least = min_length(role);
    if length < least {
        return refuse(format!("Нужно не меньше {least} знаков, сейчас {length}."));
    }
    if length > MAX_LENGTH {
        return refuse(format!("Нужно не больше {MAX_LENGTH} знаков."));
    }
    if common_passwords::is_common(password) {
        return refuse("Этот пароль слишком частый: его подберут первым.".to_owned());
    }
    if let Some(word) = word_inside(password, shop_words) {
        return refuse(format!("Без слова «{word}»: его попробуют первым."));
    }
    Ok(())
}

/// The shop's word without which too little of the password is left.
fn word_inside<'a>(password: &str, words: &[&'a str]) -> Option<&'a str> {
    let plain = password.to_lowercase();
    words.iter().copied().filter(|word| word.chars().count() >= 4).find(|word| {
        let rest = plain.replace(&word.to_lowercase(), "");
        rest.len() < plain.len() && rest.chars().filter(|c| c.is_alphabetic()).count() < 8
    })
}

/// Hashes a password with today's parameters and a fresh salt.
///
/// # Errors
/// `Internal` when the hasher fails (no memory, no randomness).
pub fn hash(password: &str) -> Result<String> {
    let hashed: argon2::password_hash::Result<PasswordHash> = hasher()?.hash_password(password.as_bytes());
    hashed.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("хеш пароля: {error}")))
}

/// Compares a password with a kept hash. An unreadable hash matches nothing.
#[must_use]
pub fn verify(password: &str, kept: &str) -> Verified {
    let no = Verified { matches: false, outdated: false };
    let (Ok(parsed), Ok(hasher)) = (PasswordHash::new(kept), hasher()) else { return no };
    if password.chars().count() > MAX_LENGTH {
        return no;
    }
    let matches = hasher.verify_password(password.as_bytes(), &parsed).is_ok();
    Verified { matches, outdated: matches && is_outdated(&parsed) }
}

fn is_outdated(hash: &PasswordHash) -> bool {
    Params::try_from(hash)
        .map_or(true, |params| (params.m_cost(), params.t_cost(), params.p_cost()) < (MEMORY_KIB, PASSES, LANES))
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| Error::Internal(format!("параметры argon2: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(password: &str, role: Role) -> Option<String> {
        check_new(password, role, &["ДомПлюс", "domplus"]).err().map(|error| error.to_string())
    }

    #[test]
    fn new_passwords_are_long_rare_and_not_the_shops() {
        assert_eq!(refusal("верная лошадь батарея", Role::Manager), None);
        assert_eq!(refusal(&format!("{}и дожди", "слон и жук ".repeat(11)), Role::Admin), None);
        assert!(refusal("короткий", Role::Manager).unwrap().contains("12 знаков, сейчас 8"));
        assert!(refusal("четырнадцать14", Role::Admin).unwrap().contains("15 знаков"));
        assert!(refusal(&"a".repeat(129), Role::Manager).unwrap().contains("128"));
        assert!(refusal("Password123456", Role::Manager).unwrap().contains("частый"));
        assert!(refusal("domplus20262026", Role::Manager).unwrap().contains("domplus"));
        assert!(refusal("ДОМПЛЮС-2026-11", Role::Manager).unwrap().contains("ДомПлюс"));
    }

    #[test]
    fn a_hash_keeps_its_parameters_and_its_whole_password() {
        let long = "п".repeat(128);
        let kept = hash(&long).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_eq!(verify(&long, &kept), Verified { matches: true, outdated: false });
        assert!(!verify(&"п".repeat(127), &kept).matches);
        assert_ne!(hash(&long).unwrap(), kept, "every hash has its own salt");
    }

    #[test]
    fn weaker_hashes_are_made_again() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).unwrap());
        let kept: PasswordHash = weak.hash_password(b"correct horse battery").unwrap();
        assert_eq!(verify("correct horse battery", &kept.to_string()), Verified { matches: true, outdated: true });
    }

    #[test]
    fn nobody_has_a_password_but_costs_as_much() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        assert!(!is_outdated(&parsed), "the dummy must cost what a real one costs");
        assert!(!verify("", NOBODY).matches);
        assert!(!verify("x", "not a hash").matches);
    }
}
